-- found: sqlite-table-rebuild sqlite-rebuild-column-lost
-- open: sqlite-rebuild-column-lost
-- absent: sqlite-drop-table
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
PRAGMA foreign_keys=OFF;
CREATE TABLE new_users (id INTEGER PRIMARY KEY, name VARCHAR(50), role INTEGER);
INSERT INTO new_users (id, name, role) SELECT id, name, role FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
PRAGMA foreign_keys=ON;
