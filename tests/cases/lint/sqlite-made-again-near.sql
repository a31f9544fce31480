-- absent: x-object-exists
-- What is done under the name of a temporary table is told as if it were done to the other one.
-- open: sqlite-drop-column
CREATE TABLE parcel (id INTEGER PRIMARY KEY, weight REAL);
-- migration
CREATE TEMP TABLE parcel (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS parcel (id INTEGER PRIMARY KEY, weight REAL);
ALTER TABLE parcel RENAME TO parcel_old;
CREATE TABLE parcel (id INTEGER PRIMARY KEY);
