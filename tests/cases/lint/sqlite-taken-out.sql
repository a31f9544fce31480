-- found: sqlite-rebuild-rows-lost sqlite-rebuild-column-lost
-- open: sqlite-rebuild-rows-lost sqlite-rebuild-column-lost
CREATE TABLE crates (id INTEGER PRIMARY KEY, weight INTEGER, label TEXT);
-- migration
CREATE TABLE new_crates (id INTEGER PRIMARY KEY, weight INTEGER, label TEXT);
INSERT INTO new_crates SELECT id, weight, label FROM crates;
UPDATE new_crates SET label = '';
DELETE FROM new_crates WHERE weight = 0;
DROP TABLE crates;
ALTER TABLE new_crates RENAME TO crates;
