-- absent: pg-validate-in-same-tx pg-backfill-with-ddl pg-json-column
-- open: pg-narrow-type
CREATE TABLE cargo (id bigint PRIMARY KEY, weight int, facts text);
-- migration
ALTER TABLE cargo ADD CONSTRAINT heavy CHECK (weight > 0) NOT VALID;
-- migration
ALTER TABLE cargo VALIDATE CONSTRAINT heavy;
-- migration
ALTER TABLE cargo ADD COLUMN tons int;
WITH heavy AS (SELECT id FROM cargo WHERE weight > 1000) SELECT count(*) FROM heavy;
-- migration
ALTER TABLE cargo ALTER COLUMN facts TYPE jsonb USING facts::jsonb;
