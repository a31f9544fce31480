-- absent: x-misread-condition
CREATE TABLE cargo (id INT PRIMARY KEY, code VARCHAR(20), kind CHAR(3), weight INT, note TEXT);
-- migration
DELETE FROM cargo WHERE weight = 0 AND id IN (1, 2);
UPDATE cargo SET code = 5 WHERE code = '5' AND CHAR_LENGTH(note) > 3;
UPDATE cargo SET weight = 1 WHERE code = CONCAT('a', 5) OR code + 0 = 5;
DELETE FROM cargo WHERE code IN ('1', '2') LIMIT 5;
