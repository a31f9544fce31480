-- found: pg-rename-column pg-rename-table
-- absent: pg-suspected-rename pg-drop-column pg-drop-table
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users RENAME COLUMN note TO remark;
ALTER TABLE posts RENAME TO articles;
