-- found: my-drop-column my-drop-table my-truncate my-drop-partition x-delete-no-where x-update-no-where x-where-always-true x-dynamic-sql
-- open: my-drop-column my-drop-table my-truncate my-drop-partition x-delete-no-where x-update-no-where x-where-always-true x-dynamic-sql
CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, n INT, v TEXT);
CREATE TABLE b (id INT AUTO_INCREMENT PRIMARY KEY, n INT, v TEXT);
CREATE TABLE c (id INT PRIMARY KEY, n INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10));
CREATE TABLE log (id INT PRIMARY KEY);
-- migration
SET STATEMENT lock_wait_timeout = 5 FOR ALTER TABLE a DROP COLUMN n;
/*!50100 TRUNCATE a */;
ALTER TABLE c CONVERT PARTITION p0 TO TABLE c_old;
-- migration
SET STATEMENT max_statement_time = 100 FOR DELETE FROM b;
ANALYZE FORMAT=JSON UPDATE b SET n = 1;
DELETE FROM b WHERE id > 0;
DELETE b.* FROM b;
-- migration
DROP TABLES IF EXISTS a, b;
-- migration
DELIMITER //
CREATE FUNCTION wipe() RETURNS INT BEGIN DELETE FROM c; RETURN 1; END //
DELIMITER ;
INSERT INTO log SELECT wipe();
-- migration
SELECT tidy(id) FROM log;
