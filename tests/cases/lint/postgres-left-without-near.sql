-- absent: pg-table-without-pk pg-set-unlogged pg-duplicate-index pg-lock-timeout-missing
CREATE TABLE parcel (id bigint PRIMARY KEY, place text, day date);
CREATE INDEX parcel_place ON parcel (place);
CREATE INDEX parcel_day ON parcel (day) WHERE day IS NOT NULL;
CREATE UNIQUE INDEX parcel_id_place ON parcel (id, place);
-- migration
SELECT * INTO heavy FROM parcel;
ALTER TABLE heavy ADD PRIMARY KEY (id);
CREATE TEMP TABLE work AS SELECT 1 AS id;
CREATE UNLOGGED TABLE bulk (id bigint PRIMARY KEY);
ALTER TABLE bulk SET LOGGED;
-- migration
CREATE INDEX CONCURRENTLY parcel_place_hash ON parcel USING hash (place);
CREATE INDEX CONCURRENTLY parcel_place_down ON parcel (place DESC);
CREATE INDEX CONCURRENTLY parcel_day_all ON parcel (day);
CREATE UNIQUE INDEX CONCURRENTLY parcel_place_key ON parcel (place, day);
DROP INDEX CONCURRENTLY parcel_place;
