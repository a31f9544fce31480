-- found: pg-drop-sequence pg-drop-column
-- open: pg-drop-sequence
CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
-- migration
ALTER TABLE a ALTER COLUMN id DROP IDENTITY;
-- migration
ALTER FOREIGN TABLE elsewhere DROP COLUMN v;
