-- found: x-misread-condition my-limit-without-order my-utf8mb3-display-width my-narrow-string
-- open: x-misread-condition my-narrow-string
CREATE TABLE parcel (id bigint PRIMARY KEY, weight int, place varchar(30) NOT NULL);
-- migration
UPDATE parcel SET weight = 1 AND place = 'shelf' WHERE id = 3;
-- migration
DELETE FROM parcel WHERE weight = id = 5;
-- migration
UPDATE parcel SET weight = 2 WHERE weight > 5 LIMIT 10;
ALTER TABLE parcel ADD COLUMN sent TIMESTAMP(3) NOT NULL DEFAULT 0;
ALTER TABLE parcel MODIFY place BINARY(4) NOT NULL;
