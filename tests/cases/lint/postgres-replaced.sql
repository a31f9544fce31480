-- found: pg-drop-table pg-drop-constraint pg-create-index-blocking pg-change-type-rewrite pg-drop-column
-- open: pg-drop-table pg-drop-column
CREATE TABLE a (id bigint PRIMARY KEY, n int, v text, CONSTRAINT a_n CHECK (n > 0));
CREATE TABLE b (id bigint PRIMARY KEY, n int, v text);
CREATE TABLE c (id bigint PRIMARY KEY, n int, v text);
-- migration
-- The rows of the old one are gone, and so is its rule.
ALTER TABLE a RENAME TO a_old;
CREATE TABLE a (id bigint PRIMARY KEY, n int, v text);
DROP TABLE a_old;
-- migration
-- Under its other name it is the old one still.
ALTER TABLE b RENAME TO b_old;
CREATE TABLE b (id bigint PRIMARY KEY, n bigint);
CREATE INDEX b_old_n ON b_old (n);
ALTER TABLE b_old DROP COLUMN v;
-- migration
DROP TABLE IF EXISTS nowhere;
ALTER TABLE c ALTER COLUMN n TYPE bigint;
