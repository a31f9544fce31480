-- absent: pg-lock-timeout-missing pg-statement-timeout-missing
CREATE TABLE pier (id bigint PRIMARY KEY);
-- migration
SET lock_timeout = '1min';
SET statement_timeout = '10min';
ALTER TABLE pier ADD COLUMN name text;
-- migration
SET LOCAL lock_timeout TO 5000;
SET LOCAL statement_timeout TO '1h';
ALTER TABLE pier ADD COLUMN other text;
