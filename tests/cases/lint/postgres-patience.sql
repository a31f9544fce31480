-- found: pg-lock-timeout-missing pg-statement-timeout-missing
CREATE TABLE pier (id bigint PRIMARY KEY);
-- migration
SET lock_timeout = '5min';
SET statement_timeout = '10s';
SET statement_timeout TO DEFAULT;
ALTER TABLE pier ADD COLUMN name text;
