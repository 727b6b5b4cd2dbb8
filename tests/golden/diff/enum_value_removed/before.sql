CREATE TYPE state AS ENUM ('new', 'open', 'done');
CREATE TABLE task (id integer PRIMARY KEY, state state NOT NULL DEFAULT 'new', old_states state[]);
CREATE INDEX open_tasks ON task (id) WHERE state = 'open';
CREATE VIEW open_task AS SELECT id FROM task WHERE state = 'open';
CREATE FUNCTION is_done(state) RETURNS boolean LANGUAGE sql AS $$ SELECT $1 = 'done' $$;
INSERT INTO task VALUES (1, 'open', '{open,done}');
