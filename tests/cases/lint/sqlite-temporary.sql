-- found: sqlite-drop-column
-- open: sqlite-drop-column
CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT);
-- migration
CREATE TEMP TABLE posts (id INTEGER PRIMARY KEY);
ALTER TABLE main.posts DROP COLUMN author;
