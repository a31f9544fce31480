-- found: pg-change-type-rewrite
-- absent: pg-narrow-type
CREATE TABLE entry (id bigint PRIMARY KEY, flags bit(8), code char(10), word varchar(10), price numeric(10,2), state smallint);
-- migration
ALTER TABLE entry ALTER COLUMN flags TYPE bit varying(8);
-- migration
ALTER TABLE entry ALTER COLUMN code TYPE char(20);
-- migration
ALTER TABLE entry ALTER COLUMN word TYPE char(10);
-- migration
ALTER TABLE entry ALTER COLUMN price TYPE double precision;
-- migration
ALTER TABLE entry ALTER COLUMN state TYPE real;
