-- absent: sqlite-rebuild-required-column
CREATE TABLE crate (id INTEGER PRIMARY KEY, kind TEXT, lot INTEGER);
-- migration
PRAGMA foreign_keys = OFF;
CREATE TABLE new_crate (id INTEGER PRIMARY KEY, kind TEXT, lot INTEGER NOT NULL, height INTEGER NOT NULL DEFAULT 0, width INTEGER);
INSERT INTO new_crate (id, kind, lot) SELECT id, kind, coalesce(lot, 0) FROM crate;
DROP TABLE crate;
ALTER TABLE new_crate RENAME TO crate;
PRAGMA foreign_keys = ON;
