-- found: sqlite-rebuild-autoincrement sqlite-catalog-write
-- open: sqlite-catalog-write
CREATE TABLE crates (id INTEGER PRIMARY KEY AUTOINCREMENT, weight INTEGER);
-- migration
UPDATE sqlite_sequence SET seq = 0 WHERE name = 'crates';
-- migration
DELETE FROM sqlite_sequence WHERE name = 'crates';
-- migration
PRAGMA schema_version = 7;
