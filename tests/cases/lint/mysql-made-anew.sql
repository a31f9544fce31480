-- found: my-drop-table my-drop-column
-- open: my-drop-table my-drop-column
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
DROP TABLE posts;
CREATE TABLE posts (id INT PRIMARY KEY, author INT);
ALTER TABLE users DROP COLUMN note;
ALTER TABLE users ADD COLUMN note TEXT;
