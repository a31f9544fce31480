-- found: x-dynamic-sql sqlite-drop-index x-dml-without-backup
-- history: partial
-- open: x-dynamic-sql
PRAGMA writable_schema = ON;
DROP INDEX crate_weight;
REPLACE INTO crate (id) VALUES (1);
