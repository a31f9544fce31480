-- found: pg-narrow-type pg-change-type-reindex pg-add-check-validating pg-unique-duplicates
-- open: pg-narrow-type
CREATE TABLE crate (id BIGINT PRIMARY KEY, took INTERVAL(6), made TIMESTAMP(6), at TIME(6), kind TEXT, code VARCHAR(10) CONSTRAINT crate_code CHECK (length(code) > 2));
CREATE INDEX crate_kind ON crate (kind);
CREATE EXTENSION citext;
-- migration
ALTER TABLE crate ALTER COLUMN took TYPE INTERVAL(3);
ALTER TABLE crate ALTER COLUMN made TYPE TIMESTAMP(0);
ALTER TABLE crate ALTER COLUMN at TYPE TIME(2);
-- migration
ALTER TABLE crate ALTER COLUMN kind TYPE citext;
-- migration
ALTER TABLE crate ALTER COLUMN code TYPE TEXT;
-- migration
ALTER TABLE crate ADD COLUMN rank INTEGER NOT NULL DEFAULT 1, ADD CONSTRAINT crate_rank UNIQUE (rank);
