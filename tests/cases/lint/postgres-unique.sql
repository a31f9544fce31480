-- found: pg-unique-duplicates pg-create-index-blocking
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
CREATE UNIQUE INDEX users_name_key ON users (name);
