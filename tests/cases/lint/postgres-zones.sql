-- found: pg-narrow-type pg-change-type-rewrite
-- open: pg-narrow-type
CREATE TABLE entry (id bigint PRIMARY KEY, at timestamp, read timestamptz);
-- migration
SET LOCAL TIME ZONE 'Europe/Berlin';
ALTER TABLE entry ALTER COLUMN at TYPE timestamptz;
-- migration
SET LOCAL timezone = 'America/New_York';
ALTER TABLE entry ALTER COLUMN read TYPE timestamp;
