-- absent: x-object-exists
CREATE TABLE parcel (id INTEGER PRIMARY KEY, weight REAL);
-- migration
CREATE TEMP TABLE parcel (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS parcel (id INTEGER PRIMARY KEY, weight REAL);
ALTER TABLE parcel RENAME TO parcel_old;
CREATE TABLE parcel (id INTEGER PRIMARY KEY);
