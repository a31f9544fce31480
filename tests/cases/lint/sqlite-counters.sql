-- found: x-mixed-ddl-dml
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
-- migration
CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, author INTEGER);
INSERT INTO users (name) SELECT name FROM sqlite_sequence;
