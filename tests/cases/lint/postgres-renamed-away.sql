-- found: pg-drop-table pg-drop-column pg-narrow-type pg-truncate x-delete-no-where pg-create-index-blocking
-- open: pg-drop-table pg-drop-column pg-narrow-type pg-truncate x-delete-no-where
CREATE TABLE a (id bigint PRIMARY KEY, n bigint, v text);
CREATE TABLE b (id bigint PRIMARY KEY, n bigint, v text);
CREATE TABLE c (id bigint PRIMARY KEY, n bigint, v text);
-- migration
ALTER TABLE a RENAME TO a_old;
DROP TABLE a_old;
-- migration
ALTER TABLE b RENAME COLUMN v TO v_old;
ALTER TABLE b DROP COLUMN v_old;
ALTER TABLE b RENAME COLUMN n TO m;
ALTER TABLE b ALTER COLUMN m TYPE smallint;
-- migration
ALTER TABLE c RENAME TO d;
CREATE INDEX d_n ON d (n);
TRUNCATE d;
DELETE FROM d;
