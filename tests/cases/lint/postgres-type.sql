-- found: pg-change-type-rewrite pg-narrow-type
-- open: pg-narrow-type
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users ALTER COLUMN id TYPE BIGINT;
ALTER TABLE users ALTER COLUMN name TYPE VARCHAR(10);
