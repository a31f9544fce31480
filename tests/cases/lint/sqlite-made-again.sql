-- found: x-object-exists
CREATE TABLE parcel (id INTEGER PRIMARY KEY, weight REAL);
-- migration
CREATE TABLE parcel (id INTEGER PRIMARY KEY);
