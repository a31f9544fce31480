-- found: pg-validate-in-same-tx pg-backfill-with-ddl pg-json-column
-- open: pg-narrow-type
CREATE TABLE cargo (id bigint PRIMARY KEY, weight int, facts text);
-- migration
ALTER TABLE cargo ADD CONSTRAINT heavy CHECK (weight > 0) NOT VALID, VALIDATE CONSTRAINT heavy;
-- migration
ALTER TABLE cargo ADD COLUMN tons int;
WITH done AS (UPDATE cargo SET tons = weight / 1000 WHERE tons IS NULL RETURNING 1) SELECT count(*) FROM done;
-- migration
ALTER TABLE cargo ALTER COLUMN facts TYPE json USING facts::json;
