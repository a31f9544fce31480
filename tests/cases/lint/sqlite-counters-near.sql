-- absent: x-mixed-ddl-dml sqlite-rebuild-autoincrement
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
-- migration
CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, author INTEGER);
INSERT INTO sqlite_sequence (name, seq) VALUES ('posts', 1000);
UPDATE "sqlite_sequence" SET seq = 2000 WHERE name = 'posts';
