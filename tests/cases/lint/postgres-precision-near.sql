-- absent: pg-narrow-type pg-change-type-rewrite pg-change-type-reindex pg-add-check-validating pg-unique-duplicates pg-add-column-volatile-default
CREATE TABLE crate (id BIGINT PRIMARY KEY, took INTERVAL(3), made TIMESTAMP(3), at TIME(3), kind TEXT, code VARCHAR(10) CONSTRAINT crate_code CHECK (length(kind) > 2));
CREATE EXTENSION citext;
-- migration
ALTER TABLE crate ALTER COLUMN took TYPE INTERVAL;
ALTER TABLE crate ALTER COLUMN made TYPE TIMESTAMP(6);
ALTER TABLE crate ALTER COLUMN at TYPE TIME;
-- migration
ALTER TABLE crate ALTER COLUMN code TYPE TEXT;
ALTER TABLE crate ALTER COLUMN code TYPE citext;
-- migration
ALTER TABLE crate ADD COLUMN angle DOUBLE PRECISION DEFAULT pi(), ADD COLUMN rank INTEGER;
ALTER TABLE crate ADD CONSTRAINT crate_rank UNIQUE (rank);
