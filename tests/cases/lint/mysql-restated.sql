-- found: my-row-format-compression my-add-check my-drop-constraint my-utf8mb3-display-width my-change-default
-- version: 8.0.36
CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, CONSTRAINT c CHECK (a > 0)) ENGINE=InnoDB;
-- migration
ALTER TABLE t MODIFY b INT AFTER id;
-- migration
ALTER TABLE t ALTER CHECK c NOT ENFORCED;
-- migration
ALTER TABLE t ALTER CONSTRAINT c ENFORCED;
-- migration
SET default_storage_engine = MyISAM;
ALTER TABLE t COLLATE utf8mb4_bin;
