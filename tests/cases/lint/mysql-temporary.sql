-- found: my-drop-column
-- open: my-drop-column
CREATE TABLE posts (id INT PRIMARY KEY, author TEXT);
-- migration
CREATE TEMPORARY TABLE posts (id INT PRIMARY KEY);
-- migration
ALTER TABLE posts DROP COLUMN author;
