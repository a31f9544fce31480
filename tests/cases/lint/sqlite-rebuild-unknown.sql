-- history: partial
-- found: sqlite-rebuild-column-lost
-- open: sqlite-rebuild-column-lost
CREATE TABLE new_things (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO new_things (id, name) SELECT id, name FROM things;
DROP TABLE things;
ALTER TABLE new_things RENAME TO things;
