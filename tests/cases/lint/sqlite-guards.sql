-- found: x-replace-deletes-rows x-dynamic-sql sqlite-drop-index x-dml-without-backup
-- history: partial
-- open: x-dynamic-sql x-replace-deletes-rows
PRAGMA writable_schema = ON;
DROP INDEX crate_weight;
REPLACE INTO crate (id) VALUES (1);
