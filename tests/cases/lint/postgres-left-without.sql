-- found: pg-table-without-pk pg-set-unlogged pg-duplicate-index pg-lock-timeout-missing
CREATE TABLE parcel (id bigint PRIMARY KEY, place text, day date);
CREATE INDEX parcel_place ON parcel (place);
CREATE INDEX parcel_day ON parcel (day);
-- migration
DROP INDEX parcel_day;
CREATE TABLE heavy AS SELECT * FROM parcel;
CREATE UNLOGGED TABLE work (id bigint PRIMARY KEY);
CREATE INDEX CONCURRENTLY parcel_place_day ON parcel (place, day);
