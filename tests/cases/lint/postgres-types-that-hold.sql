-- found: pg-narrow-type
-- open: pg-narrow-type
CREATE TABLE entry (id bigint PRIMARY KEY, flags bit(8), host inet, at timetz, price numeric(20,4), state smallint);
-- migration
ALTER TABLE entry ALTER COLUMN flags TYPE bit(4);
-- migration
ALTER TABLE entry ALTER COLUMN host TYPE cidr;
-- migration
ALTER TABLE entry ALTER COLUMN at TYPE time;
-- migration
ALTER TABLE entry ALTER COLUMN price TYPE double precision;
-- migration
ALTER TABLE entry ALTER COLUMN state TYPE boolean USING state::int::boolean;
