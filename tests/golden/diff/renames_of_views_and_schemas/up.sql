ALTER TYPE app.mood RENAME VALUE 'sad' TO 'unhappy';
ALTER POLICY own ON app.users RENAME TO only_own;
ALTER RULE quiet ON app.users RENAME TO silent;
ALTER VIEW app.names RENAME COLUMN name TO called;
ALTER MATERIALIZED VIEW "Odd one".counts RENAME COLUMN number TO how_many;
ALTER FUNCTION app.greet(app.mood) RENAME TO hello;
ALTER SEQUENCE app.numbers RENAME TO ids;
ALTER TYPE app.mood RENAME TO feeling;
ALTER TABLE app.users RENAME TO accounts;
ALTER STATISTICS app.both_of RENAME TO name_and_mood;
ALTER VIEW app.names RENAME TO account_names;
ALTER MATERIALIZED VIEW "Odd one".counts RENAME TO numbers;
ALTER SCHEMA app RENAME TO main;
ALTER SCHEMA "Odd one" RENAME TO "it's odder";
ALTER TABLE main.accounts RENAME CONSTRAINT users_pkey TO accounts_pkey;
ALTER INDEX "it's odder".one_count RENAME TO one_number;

CREATE OR REPLACE VIEW main.account_names AS
SELECT accounts.id,
    accounts.name AS called
   FROM main.accounts
  WHERE (accounts.id > 0);
