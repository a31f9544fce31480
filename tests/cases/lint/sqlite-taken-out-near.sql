-- absent: sqlite-rebuild-rows-lost sqlite-rebuild-column-lost
CREATE TABLE crates (id INTEGER PRIMARY KEY, weight INTEGER, label TEXT);
CREATE TABLE scratch (id INTEGER PRIMARY KEY);
-- migration
CREATE TABLE new_crates (id INTEGER PRIMARY KEY, weight INTEGER, label TEXT, name TEXT);
INSERT INTO new_crates SELECT id, weight, label, NULL FROM crates;
UPDATE new_crates SET label = lower(label), name = label;
UPDATE new_crates SET weight = 0 WHERE weight IS NULL;
DELETE FROM scratch WHERE id = 1;
DROP TABLE crates;
ALTER TABLE new_crates RENAME TO crates;
DELETE FROM crates WHERE weight = 0;
