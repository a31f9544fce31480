-- found: my-rename-column my-rename-table
-- absent: my-drop-column my-drop-table
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users CHANGE note remark TEXT;
RENAME TABLE posts TO articles;
