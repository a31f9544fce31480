-- found: x-update-no-where
-- absent: x-dml-without-backup
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
-- migration
ALTER TABLE users ADD COLUMN age INTEGER;
UPDATE users SET age = length(name);
