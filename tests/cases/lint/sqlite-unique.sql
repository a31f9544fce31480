-- found: sqlite-unique-duplicates
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
CREATE UNIQUE INDEX users_name ON users (name);
