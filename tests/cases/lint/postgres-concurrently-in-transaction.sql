-- found: pg-cic-in-transaction
-- open: pg-cic-in-transaction
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
BEGIN;
CREATE INDEX CONCURRENTLY users_name ON users (name);
COMMIT;
