-- found: sqlite-drop-table sqlite-drop-column
-- open: sqlite-drop-table sqlite-drop-column
CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);
CREATE TABLE b (id INTEGER PRIMARY KEY, v TEXT);
-- migration
CREATE TEMP TABLE saved AS SELECT id, v FROM a;
DROP TABLE a;
-- migration
ALTER TABLE b RENAME COLUMN v TO w;
ALTER TABLE b DROP COLUMN w;
