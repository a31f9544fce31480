-- absent: pg-create-index-blocking pg-cic-in-transaction x-mixed-tx
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
CREATE INDEX CONCURRENTLY users_name ON users (name);
-- migration
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
CREATE INDEX tags_name ON tags (name);
