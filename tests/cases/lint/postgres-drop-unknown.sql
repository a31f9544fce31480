-- history: partial
-- found: pg-drop-table pg-drop-column
-- open: pg-drop-table pg-drop-column
DROP TABLE IF EXISTS old_things;
ALTER TABLE other_things DROP COLUMN IF EXISTS note;
