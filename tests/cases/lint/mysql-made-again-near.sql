-- absent: x-object-exists
CREATE TABLE parcel (id bigint PRIMARY KEY);
CREATE TABLE crate (id bigint PRIMARY KEY);
-- migration
CREATE TEMPORARY TABLE parcel (id bigint PRIMARY KEY);
CREATE TABLE depot.parcel (id bigint PRIMARY KEY);
RENAME TABLE crate TO crate_old;
CREATE TABLE crate (id bigint PRIMARY KEY);
