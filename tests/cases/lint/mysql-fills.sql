-- history: partial
-- found: x-update-no-where
-- absent: x-dml-without-backup
ALTER TABLE users ADD COLUMN age INT;
UPDATE users SET users.age = 1, `age` = 2;
