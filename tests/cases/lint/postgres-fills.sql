-- found: x-update-no-where pg-backfill-with-ddl
-- absent: x-dml-without-backup
CREATE TABLE users (id bigint PRIMARY KEY, name text, note text);
-- migration
ALTER TABLE users ADD COLUMN age int, ADD COLUMN "Kind" text;
UPDATE users AS u SET age = (SELECT count(*) FROM users AS v WHERE v.name = u.name), "Kind" = 'a, name = 1';
UPDATE users SET (age, "Kind") = (1, name) WHERE TRUE;
