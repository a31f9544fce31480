-- absent: pg-drop-cascade
CREATE TABLE parcel (id bigint PRIMARY KEY);
-- migration
CREATE SCHEMA draft;
CREATE TABLE draft.parcel (id bigint PRIMARY KEY);
INSERT INTO draft.parcel SELECT id FROM parcel;
CREATE VIEW light AS SELECT id FROM parcel;
DROP VIEW light CASCADE;
DROP SCHEMA draft CASCADE;
