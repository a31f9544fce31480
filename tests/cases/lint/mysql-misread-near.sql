-- absent: x-misread-condition my-limit-without-order my-utf8mb3-display-width my-narrow-string
CREATE TABLE parcel (id bigint PRIMARY KEY, weight int, heavy bool, note json, place varchar(3) NOT NULL);
-- migration
UPDATE parcel SET heavy = weight > 10 AND place = 'dock' WHERE id = 3;
UPDATE parcel SET heavy = (1 AND place = 'dock'), weight = 1 WHERE (weight = 1) = (place = 'dock') AND id >= 3;
UPDATE parcel SET weight = 1 WHERE weight BETWEEN 1 AND 2 AND note->'$.a' = 1 AND id IN (SELECT id FROM parcel WHERE weight <> 2);
UPDATE parcel SET weight = CASE WHEN id = 1 THEN 2 ELSE 3 END WHERE id = CASE WHEN weight = 1 THEN 4 ELSE 5 END;
DELETE FROM parcel WHERE weight > 5 ORDER BY id LIMIT 10;
DELETE FROM parcel WHERE id IN (SELECT id FROM (SELECT id FROM parcel LIMIT 3) few);
-- migration
ALTER TABLE parcel ADD COLUMN sent DATETIME NULL, ADD COLUMN tries INT UNSIGNED NOT NULL DEFAULT 0;
-- migration
ALTER TABLE parcel MODIFY place VARBINARY(12) NOT NULL;
