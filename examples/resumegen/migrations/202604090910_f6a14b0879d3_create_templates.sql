-- revision: f6a14b0879d3
-- revises: 2b95f7d14ce6
-- created: 2026-04-09T09:10:00Z
-- message: create templates

-- migrate:up
CREATE TABLE templates (
    code VARCHAR(30) NOT NULL,
    name VARCHAR(80) NOT NULL,
    price_cents INTEGER NOT NULL DEFAULT 0,
    is_offered BOOLEAN NOT NULL DEFAULT TRUE,
    PRIMARY KEY (code),
    CONSTRAINT templates_name_key UNIQUE (name),
    CONSTRAINT templates_price_cents_check CHECK (price_cents >= 0)
);

INSERT INTO templates (code, name, price_cents) VALUES
    ('classic', 'Classic', 0),
    ('compact', 'Compact; one page', 0),
    ('atelier', 'L''Atelier', 900);

ALTER TABLE resumes ADD COLUMN template_code VARCHAR(30)
    CONSTRAINT resumes_template_code_fkey REFERENCES templates (code) ON DELETE SET NULL;

-- migrate:down
ALTER TABLE resumes DROP COLUMN template_code;
DROP TABLE templates;
