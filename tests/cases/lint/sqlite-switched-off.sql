-- found: sqlite-other-file sqlite-journal-off sqlite-checks-off sqlite-catalog-write sqlite-trigger-acts
-- history: partial
-- open: sqlite-journal-off sqlite-checks-off sqlite-catalog-write
ATTACH DATABASE 'other.db' AS other;
PRAGMA main.journal_mode(OFF);
PRAGMA synchronous = 0;
PRAGMA ignore_check_constraints = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'crates';
CREATE TRIGGER tidy AFTER INSERT ON crates BEGIN DELETE FROM owners; END;
