-- found: pg-drop-cascade
-- open: pg-drop-cascade
CREATE TABLE parcel (id bigint PRIMARY KEY);
-- migration
CREATE SCHEMA IF NOT EXISTS archive;
CREATE TYPE mood AS ENUM ('calm');
ALTER TABLE parcel ADD COLUMN mood mood;
DROP TYPE mood CASCADE;
DROP SCHEMA archive CASCADE;
