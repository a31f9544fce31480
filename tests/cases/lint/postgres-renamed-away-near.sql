-- found: pg-rename-table pg-rename-column
-- absent: pg-drop-table pg-drop-column pg-narrow-type pg-truncate pg-drop-and-recreate-column pg-add-required-column
CREATE TABLE a (id bigint PRIMARY KEY, n bigint, v text);
CREATE TABLE b (id bigint PRIMARY KEY, n bigint, v text);
CREATE TABLE r (id bigint PRIMARY KEY, old bigint NOT NULL);
-- migration
ALTER TABLE a RENAME TO a_old;
CREATE INDEX a_n ON a_old (n);
ALTER TABLE a_old RENAME TO a;
-- migration
ALTER TABLE b RENAME COLUMN v TO w;
ALTER TABLE b ADD COLUMN v text;
ALTER TABLE b DROP COLUMN v;
-- migration
CREATE TABLE fresh (id bigint PRIMARY KEY, v text);
ALTER TABLE fresh RENAME TO staged;
DROP TABLE staged;
-- migration
ALTER TABLE r RENAME COLUMN old TO fresh;
