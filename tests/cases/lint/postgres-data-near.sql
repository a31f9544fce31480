-- absent: x-mixed-ddl-dml x-update-no-where x-delete-no-where pg-backfill-with-ddl
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
UPDATE users SET note = 'x' WHERE note IS NULL;
DELETE FROM posts USING users WHERE users.id = posts.author AND users.note = 'gone';
