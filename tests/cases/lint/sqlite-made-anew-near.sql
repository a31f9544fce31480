-- found: sqlite-drop-table
-- open: sqlite-drop-table
-- absent: sqlite-nullable-to-not-null sqlite-change-type
CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT);
-- migration
DROP TABLE posts;
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL);
