-- found: x-mixed-ddl-dml x-update-no-where x-delete-no-where pg-backfill-with-ddl
-- open: x-update-no-where x-delete-no-where
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users ADD COLUMN age INTEGER;
UPDATE users SET age = 1, role = 2;
WITH gone AS (DELETE FROM posts RETURNING id) SELECT count(*) FROM gone;
