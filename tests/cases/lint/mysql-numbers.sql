-- found: x-misread-condition
-- open: x-misread-condition
CREATE TABLE cargo (id INT PRIMARY KEY, code VARCHAR(20), kind CHAR(3), weight INT, note TEXT);
-- migration
DELETE FROM cargo WHERE code = 0;
-- migration
UPDATE cargo SET weight = 1 WHERE weight > 3 AND (cargo.kind <> -5);
-- migration
UPDATE cargo SET weight = 1 WHERE note NOT IN ('a', 7);
