-- found: my-drop-table my-drop-column my-truncate x-delete-no-where
-- history: partial
-- open: my-drop-table my-drop-column my-truncate x-delete-no-where
DROP TABLE 2020_log;
ALTER TABLE crates DROP COLUMN 1st;
TRUNCATE 2021_log;
DELETE FROM shop.2022_log;
