-- found: pg-drop-table pg-drop-column
-- open: pg-drop-table pg-drop-column
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users DROP COLUMN note;
DROP TABLE posts;
