-- absent: x-where-always-true x-delete-no-where
CREATE TABLE crates (id INTEGER PRIMARY KEY, label TEXT);
-- migration
DELETE FROM crates WHERE label IS NOT NULL;
DELETE FROM crates WHERE label IS id;
