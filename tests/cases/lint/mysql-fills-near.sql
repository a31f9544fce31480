-- found: x-update-no-where x-dml-without-backup
-- open: x-update-no-where
CREATE TABLE users (id INTEGER PRIMARY KEY, changed DATETIME ON UPDATE CURRENT_TIMESTAMP);
CREATE TABLE posts (id INTEGER PRIMARY KEY);
-- migration
ALTER TABLE users ADD COLUMN age INT;
UPDATE users SET age = 1;
