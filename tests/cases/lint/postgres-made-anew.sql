-- found: pg-drop-table pg-drop-and-recreate-column
-- open: pg-drop-table pg-drop-and-recreate-column
-- absent: pg-add-primary-key
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
DROP TABLE posts;
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
ALTER TABLE users DROP COLUMN note;
ALTER TABLE users ADD COLUMN note TEXT;
