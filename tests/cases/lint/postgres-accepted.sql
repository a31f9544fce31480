-- found: pg-drop-column
-- accepted: pg-drop-column
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
-- dbsync:accept pg-drop-column nothing has read it since the last release
ALTER TABLE users DROP COLUMN note;
