-- found: my-drop-table my-drop-column my-narrow-int my-truncate my-engine-change
-- open: my-drop-table my-drop-column my-narrow-int my-truncate my-engine-change
CREATE TABLE a (id BIGINT PRIMARY KEY, n BIGINT, v VARCHAR(20), KEY a_n (n));
CREATE TABLE b (id BIGINT PRIMARY KEY, n BIGINT, v VARCHAR(20));
CREATE TABLE c (id BIGINT PRIMARY KEY, n BIGINT, v VARCHAR(20)) ENGINE=InnoDB;
-- migration
CREATE TABLE a_new LIKE a;
RENAME TABLE a TO a_old, a_new TO a;
DROP TABLE a_old;
-- migration
ALTER TABLE b CHANGE v w VARCHAR(20), CHANGE n m SMALLINT;
ALTER TABLE b DROP COLUMN w;
-- migration
ALTER TABLE c RENAME TO d;
ALTER TABLE d ENGINE=MyISAM;
TRUNCATE TABLE d;
