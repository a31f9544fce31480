-- found: x-update-no-where x-mixed-ddl-dml
-- open: x-update-no-where
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users ADD COLUMN age INT;
UPDATE users SET age = 1, role = 2;
