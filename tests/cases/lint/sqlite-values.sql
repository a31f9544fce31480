-- found: sqlite-rebuild-values-changed
-- open: sqlite-rebuild-values-changed
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
-- migration
CREATE TABLE new_t (id INTEGER PRIMARY KEY, b TEXT, a TEXT);
INSERT INTO new_t SELECT * FROM t;
DROP TABLE t;
ALTER TABLE new_t RENAME TO t;
