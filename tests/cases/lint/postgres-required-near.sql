-- absent: pg-add-required-column pg-add-column-volatile-default
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users ADD COLUMN made TIMESTAMPTZ NOT NULL DEFAULT now();
