-- absent: sqlite-unique-duplicates
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
CREATE UNIQUE INDEX tags_name ON tags (name);
