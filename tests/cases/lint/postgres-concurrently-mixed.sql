-- found: x-mixed-tx
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users ADD COLUMN age INTEGER;
CREATE INDEX CONCURRENTLY users_age ON users (age);
