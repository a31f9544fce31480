-- absent: pg-drop-table pg-drop-column
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
CREATE TABLE scratch (id INTEGER PRIMARY KEY, note TEXT);
ALTER TABLE scratch DROP COLUMN note;
DROP TABLE scratch;
