-- absent: pg-narrow-type pg-change-type-rewrite
-- found: pg-analyze-missing
CREATE TABLE entry (id bigint PRIMARY KEY, at timestamp, read timestamptz, day timestamp);
-- migration
SET LOCAL TIME ZONE 'UTC';
ALTER TABLE entry ALTER COLUMN at TYPE timestamptz;
-- migration
SET LOCAL TIME ZONE 'Europe/Berlin';
RESET timezone;
ALTER TABLE entry ALTER COLUMN read TYPE timestamp;
-- migration
SET LOCAL TIME ZONE 'Europe/Berlin';
UPDATE entry SET at = at WHERE at IS NULL;
-- migration
ALTER TABLE entry ALTER COLUMN day TYPE timestamp(6);
