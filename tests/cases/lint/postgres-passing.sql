-- found: pg-set-unlogged pg-narrow-type pg-set-not-null-scan
-- open: pg-set-unlogged pg-narrow-type
CREATE TABLE event (id bigint PRIMARY KEY, name varchar(40), kind text);
-- migration
ALTER TABLE event SET UNLOGGED;
ALTER TABLE event SET LOGGED;
-- migration
ALTER TABLE event ALTER COLUMN name TYPE varchar(5);
ALTER TABLE event ALTER COLUMN name TYPE varchar(40);
-- migration
ALTER TABLE event ALTER COLUMN kind SET NOT NULL;
ALTER TABLE event ALTER COLUMN kind DROP NOT NULL;
