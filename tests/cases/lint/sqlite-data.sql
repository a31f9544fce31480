-- found: x-delete-no-where x-where-always-true
-- open: x-delete-no-where x-where-always-true
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
DELETE FROM posts;
UPDATE users SET note = NULL WHERE 1 = 1;
