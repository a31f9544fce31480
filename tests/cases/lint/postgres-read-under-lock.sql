-- stands: pg-lock-accumulation
CREATE TABLE cargo (id bigint PRIMARY KEY, weight int, facts text);
-- migration
ALTER TABLE cargo ADD COLUMN tons int;
CREATE INDEX cargo_tons ON cargo (tons);
-- migration
ALTER TABLE cargo ADD COLUMN load int;
SELECT max(weight) FROM cargo;
