-- history: partial
-- found: my-drop-table my-drop-column my-narrow-string
-- open: my-drop-table my-drop-column my-narrow-string
DROP TABLE IF EXISTS old_things;
ALTER TABLE other_things DROP COLUMN note, MODIFY name VARCHAR(10);
