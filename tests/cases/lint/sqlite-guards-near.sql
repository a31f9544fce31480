-- absent: x-dynamic-sql x-dml-without-backup
-- history: partial
PRAGMA writable_schema = OFF;
PRAGMA foreign_keys = ON;
INSERT INTO crate (id) VALUES (1) ON CONFLICT DO NOTHING;
