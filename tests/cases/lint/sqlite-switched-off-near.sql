-- absent: sqlite-other-file sqlite-journal-off sqlite-checks-off sqlite-catalog-write
-- lowered: sqlite-trigger-acts
CREATE TABLE crates (id INTEGER PRIMARY KEY, weight INTEGER);
CREATE TABLE counts (n INTEGER);
CREATE VIEW heavy AS SELECT id FROM crates;
-- migration
ATTACH ':memory:' AS scratch;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA ignore_check_constraints = OFF;
UPDATE sqlite_sequence SET seq = 5 WHERE name = 'crates';
CREATE TRIGGER written AFTER INSERT ON crates BEGIN INSERT INTO counts VALUES (1); END;
CREATE TRIGGER gone INSTEAD OF DELETE ON heavy BEGIN DELETE FROM crates WHERE id = OLD.id; END;
