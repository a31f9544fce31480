-- found: x-reaches-outside x-dynamic-sql my-row-format-compression
-- open: x-dynamic-sql x-reaches-outside
-- version: 10.11
CREATE TABLE t (id INT PRIMARY KEY, a INT);
-- migration
SELECT * FROM `t` INTO OUTFILE '/tmp/rows.txt';
-- migration
ALTER TABLE t IMPORT TABLESPACE;
-- migration
ALTER TABLE t ADD SYSTEM VERSIONING;
