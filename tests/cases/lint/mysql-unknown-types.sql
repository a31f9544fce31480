-- found: my-charset-convert my-narrow-temporal x-unparseable
-- history: partial
-- open: my-charset-convert my-narrow-temporal x-unparseable
ALTER TABLE a CONVERT TO CHARACTER SET latin1;
-- migration
ALTER TABLE b MODIFY at DATETIME NULL;
-- migration
ALTER TABLE c ADD COLUMN x INT, DORP COLUMN y;
