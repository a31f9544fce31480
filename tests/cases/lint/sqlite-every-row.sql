-- found: x-where-always-true
-- open: x-where-always-true
CREATE TABLE crates (id INTEGER PRIMARY KEY, label TEXT);
-- migration
DELETE FROM crates WHERE id IS NOT NULL;
-- migration
DELETE FROM crates WHERE label GLOB '*';
