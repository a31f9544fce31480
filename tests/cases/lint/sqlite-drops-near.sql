-- absent: sqlite-drop-table sqlite-drop-column
CREATE TABLE scratch (id INTEGER PRIMARY KEY, note TEXT);
ALTER TABLE scratch DROP COLUMN note;
DROP TABLE scratch;
