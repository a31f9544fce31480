-- found: pg-suspected-rename
-- open: pg-suspected-rename
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users DROP COLUMN note, ADD COLUMN remark TEXT;
