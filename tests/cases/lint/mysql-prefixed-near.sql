-- found: x-dml-without-backup
-- absent: x-dynamic-sql x-unparseable x-where-always-true x-delete-no-where x-update-no-where my-drop-column
CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, n INT, v TEXT);
-- migration
SET STATEMENT max_statement_time = 100 FOR DELETE FROM a WHERE n = 3;
ANALYZE TABLE a;
EXPLAIN DELETE FROM a;
DELETE FROM a WHERE n > 0;
DELETE FROM a WHERE id > 100;
SELECT COUNT(*), MAX(id), COALESCE(v, 'x') FROM a WHERE id IN (1, 2);
WITH x (m) AS (SELECT IF(1, 2, 3)) SELECT CONCAT('a', m) FROM x;
