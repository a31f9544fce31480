-- found: sqlite-rebuild-required-column
CREATE TABLE crate (id INTEGER PRIMARY KEY, kind TEXT);
-- migration
PRAGMA foreign_keys = OFF;
CREATE TABLE new_crate (id INTEGER PRIMARY KEY, kind TEXT, lot INTEGER NOT NULL);
INSERT INTO new_crate (id, kind, lot) SELECT id, kind, 1 FROM crate;
DROP TABLE crate;
ALTER TABLE new_crate RENAME TO crate;
PRAGMA foreign_keys = ON;
