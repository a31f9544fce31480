-- absent: sqlite-rebuild-values-changed sqlite-rebuild-column-lost x-rename-as-drop-add
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
-- migration
CREATE TABLE new_t (id INTEGER PRIMARY KEY, b TEXT NOT NULL, c TEXT);
INSERT INTO new_t (id, b, c) SELECT id, coalesce("t"."b", 'x') AS "b", a FROM t;
DROP TABLE t;
ALTER TABLE new_t RENAME TO t;
