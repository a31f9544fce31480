-- absent: pg-add-column-constrained-domain pg-unique-duplicates
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN plain_number AS integer;
CREATE TABLE crate (id bigint PRIMARY KEY, name text);
-- migration
ALTER TABLE crate ADD COLUMN weight plain_number;
CREATE INDEX crate_name ON crate (lower(name));
