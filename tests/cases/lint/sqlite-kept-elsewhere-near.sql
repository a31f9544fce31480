-- found: sqlite-table-rebuild sqlite-rename-column-table
-- absent: sqlite-drop-table sqlite-drop-column sqlite-rebuild-column-lost
CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);
CREATE TABLE b (id INTEGER PRIMARY KEY, v TEXT);
-- migration
CREATE TEMP TABLE saved AS SELECT id, v FROM a;
DROP TABLE a;
CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);
INSERT INTO a (id, v) SELECT id, v FROM saved;
DROP TABLE saved;
-- migration
ALTER TABLE b RENAME COLUMN v TO w;
