-- absent: sqlite-rebuild-autoincrement sqlite-catalog-write
CREATE TABLE crates (id INTEGER PRIMARY KEY AUTOINCREMENT, weight INTEGER);
-- migration
UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM crates) WHERE name = 'crates';
-- migration
DELETE FROM sqlite_sequence WHERE name = 'crates';
INSERT INTO sqlite_sequence (name, seq) VALUES ('crates', 900);
-- migration
PRAGMA schema_version;
PRAGMA user_version = 7;
