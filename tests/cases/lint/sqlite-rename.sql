-- found: sqlite-rename-column-table
-- absent: sqlite-drop-column sqlite-drop-table
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users RENAME COLUMN note TO remark;
ALTER TABLE posts RENAME TO articles;
