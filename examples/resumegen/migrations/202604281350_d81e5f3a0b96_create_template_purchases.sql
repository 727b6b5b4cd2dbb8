-- revision: d81e5f3a0b96
-- revises: add_payment_status
-- depends-on: f6a14b0879d3
-- created: 2026-04-28T13:50:00Z
-- message: create template purchases

-- migrate:up
CREATE TABLE template_purchases (
    user_id BIGINT NOT NULL,
    template_code VARCHAR(30) NOT NULL,
    payment_id BIGINT NOT NULL,
    purchased_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (user_id, template_code),
    CONSTRAINT template_purchases_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT template_purchases_template_code_fkey
        FOREIGN KEY (template_code) REFERENCES templates (code),
    CONSTRAINT template_purchases_payment_id_fkey
        FOREIGN KEY (payment_id) REFERENCES payments (id),
    CONSTRAINT template_purchases_payment_id_key UNIQUE (payment_id)
);

-- migrate:up engine:sqlite
CREATE TABLE template_purchases (
    user_id BIGINT NOT NULL,
    template_code VARCHAR(30) NOT NULL,
    payment_id BIGINT NOT NULL,
    purchased_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (user_id, template_code),
    CONSTRAINT template_purchases_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT template_purchases_template_code_fkey
        FOREIGN KEY (template_code) REFERENCES templates (code),
    CONSTRAINT template_purchases_payment_id_fkey
        FOREIGN KEY (payment_id) REFERENCES payments (id),
    CONSTRAINT template_purchases_payment_id_key UNIQUE (payment_id)
);

-- migrate:down
DROP TABLE template_purchases;
