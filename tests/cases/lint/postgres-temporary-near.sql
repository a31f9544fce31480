-- absent: pg-drop-table pg-drop-column
CREATE TABLE posts (id bigint PRIMARY KEY, author text);
-- migration
CREATE TEMP TABLE kept (id bigint, n int);
INSERT INTO kept (id) SELECT id FROM posts;
ALTER TABLE kept DROP COLUMN n;
DROP TABLE kept;
