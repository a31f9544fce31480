-- found: x-misread-condition
-- open: x-misread-condition
CREATE TABLE parcel (id INTEGER PRIMARY KEY, weight INTEGER, place TEXT);
-- migration
UPDATE parcel SET weight = 1 AND place = 'shelf' WHERE id = 3;
DELETE FROM parcel WHERE weight == id <= 5;
