-- history: partial
-- found: x-update-no-where
-- open: x-update-no-where
ALTER TABLE users ADD COLUMN IF NOT EXISTS age int;
UPDATE users SET age = 1;
