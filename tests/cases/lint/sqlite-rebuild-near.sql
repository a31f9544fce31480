-- found: sqlite-table-rebuild
-- absent: sqlite-drop-table sqlite-rebuild-column-lost
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
PRAGMA foreign_keys=OFF;
CREATE TABLE new_users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER DEFAULT 1);
INSERT INTO new_users (id, name, note, role) SELECT id, name, note, role FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
PRAGMA foreign_keys=ON;
