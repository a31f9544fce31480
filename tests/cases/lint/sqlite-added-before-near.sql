-- absent: sqlite-rebuild-column-lost
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
-- migration
ALTER TABLE users ADD age INTEGER;
-- migration
PRAGMA foreign_keys=OFF;
CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);
INSERT INTO new_users (id, name, age) SELECT id, name, age FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
PRAGMA foreign_key_check;
PRAGMA foreign_keys=ON;
