-- absent: x-misread-condition
CREATE TABLE parcel (id INTEGER PRIMARY KEY, weight INTEGER, place TEXT);
-- migration
UPDATE parcel SET weight = id = 1 AND place = 'shelf' WHERE id = 3 AND (weight = 1) <> 0;
