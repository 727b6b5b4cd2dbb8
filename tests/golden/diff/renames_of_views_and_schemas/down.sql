CREATE OR REPLACE VIEW main.account_names AS
SELECT accounts.id,
    accounts.name AS called
   FROM main.accounts;

ALTER INDEX "it's odder".one_number RENAME TO one_count;
ALTER TABLE main.accounts RENAME CONSTRAINT accounts_pkey TO users_pkey;
ALTER SCHEMA "it's odder" RENAME TO "Odd one";
ALTER SCHEMA main RENAME TO app;
ALTER MATERIALIZED VIEW "Odd one".numbers RENAME TO counts;
ALTER VIEW app.account_names RENAME TO names;
ALTER STATISTICS app.name_and_mood RENAME TO both_of;
ALTER TABLE app.accounts RENAME TO users;
ALTER TYPE app.feeling RENAME TO mood;
ALTER SEQUENCE app.ids RENAME TO numbers;
ALTER FUNCTION app.hello(app.mood) RENAME TO greet;
ALTER MATERIALIZED VIEW "Odd one".counts RENAME COLUMN how_many TO number;
ALTER VIEW app.names RENAME COLUMN called TO name;
ALTER RULE silent ON app.users RENAME TO quiet;
ALTER POLICY only_own ON app.users RENAME TO own;
ALTER TYPE app.mood RENAME VALUE 'unhappy' TO 'sad';
