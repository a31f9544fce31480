-- found: pg-drop-table
-- absent: x-object-exists
-- open: pg-drop-table
CREATE SCHEMA old;
CREATE TABLE parcel (id bigint PRIMARY KEY);
CREATE TEMP TABLE work (id bigint);
CREATE TABLE crate (id bigint PRIMARY KEY);
-- migration
CREATE TABLE old.parcel (id bigint PRIMARY KEY);
CREATE TEMP TABLE work (id bigint);
DROP TABLE crate;
CREATE TABLE crate (id bigint PRIMARY KEY, weight numeric);
