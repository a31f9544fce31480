-- found: pg-drop-table
-- absent: pg-drop-column pg-narrow-type pg-truncate pg-change-type-rewrite pg-create-index-blocking pg-add-check-validating pg-set-not-null-scan pg-add-primary-key pg-add-required-column pg-drop-and-recreate-column pg-backfill-with-ddl
-- open: pg-drop-table
CREATE TABLE a (id bigint PRIMARY KEY, n int, v text);
CREATE TABLE b (id bigint PRIMARY KEY, n int, v text);
CREATE TABLE c (id bigint PRIMARY KEY, n int, v text);
-- migration
DROP TABLE IF EXISTS a;
CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY, n bigint NOT NULL, v text);
CREATE INDEX a_n ON a (n);
ALTER TABLE a ADD CONSTRAINT a_positive CHECK (n > 0);
UPDATE a SET v = 'x';
TRUNCATE a;
ALTER TABLE a DROP COLUMN v;
ALTER TABLE a ADD COLUMN v varchar(3);
-- migration
CREATE TABLE b_new (key uuid PRIMARY KEY, n bigint);
ALTER TABLE b RENAME TO b_old;
ALTER TABLE b_new RENAME TO b;
CREATE INDEX b_n ON b (n);
DROP TABLE b_old;
-- migration
ALTER TABLE c RENAME TO c_old;
CREATE TABLE c (id bigint PRIMARY KEY, n bigint, required text NOT NULL);
DROP TABLE c_old;
