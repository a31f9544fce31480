-- found: my-drop-table my-drop-column my-drop-index
-- open: my-drop-table my-drop-column
CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(20), note TEXT, KEY users_name (name));
CREATE TABLE posts (id INT PRIMARY KEY);
-- migration
ALTER TABLE users DROP COLUMN note, DROP INDEX users_name;
DROP TABLE posts;
