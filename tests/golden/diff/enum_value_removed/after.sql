CREATE TYPE state AS ENUM ('open', 'done', 'dropped');
CREATE TABLE task (id integer PRIMARY KEY, state state NOT NULL DEFAULT 'open', old_states state[]);
CREATE INDEX open_tasks ON task (id) WHERE state = 'open';
CREATE VIEW open_task AS SELECT id FROM task WHERE state = 'open';
CREATE FUNCTION is_done(state) RETURNS boolean LANGUAGE sql AS $$ SELECT $1 = 'done' $$;
