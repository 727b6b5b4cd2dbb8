-- whimbrel:rename app=main
-- whimbrel:rename schema "Odd one"="it's odder"
-- whimbrel:rename app.numbers=ids
-- whimbrel:rename app.mood=feeling
-- whimbrel:rename app.mood.sad=unhappy
-- whimbrel:rename app.greet(app.mood)=hello
-- whimbrel:rename app.users=accounts
-- whimbrel:rename policy app.users.own=only_own
-- whimbrel:rename app.users.quiet=silent
-- whimbrel:rename statistics app.both_of=name_and_mood
-- whimbrel:rename view app.names=account_names
-- whimbrel:rename app.names.name=called
-- whimbrel:rename materialized view counts=numbers
-- whimbrel:rename counts.number=how_many
CREATE SCHEMA main;
CREATE SCHEMA "it's odder";
CREATE SEQUENCE main.ids START 5;
CREATE TYPE main.feeling AS ENUM ('unhappy', 'happy');
CREATE TABLE main.accounts (id integer PRIMARY KEY DEFAULT nextval('main.ids'), name text, mood main.feeling DEFAULT 'unhappy');
ALTER TABLE main.accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_own ON main.accounts USING (name = CURRENT_USER);
CREATE VIEW main.account_names AS SELECT id, name AS called FROM main.accounts WHERE id > 0;
CREATE VIEW all_names AS SELECT called AS name FROM main.account_names;
CREATE MATERIALIZED VIEW "it's odder".numbers AS SELECT count(*) AS how_many FROM main.accounts;
CREATE UNIQUE INDEX one_number ON "it's odder".numbers (how_many);
CREATE FUNCTION main.hello(main.feeling) RETURNS text LANGUAGE sql AS $$ SELECT 'hello' $$;
CREATE RULE silent AS ON DELETE TO main.accounts DO INSTEAD NOTHING;
CREATE STATISTICS main.name_and_mood ON name, mood FROM main.accounts;
