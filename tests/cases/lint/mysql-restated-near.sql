-- absent: x-rename-as-drop-add my-drop-column my-row-format-compression my-engine-change my-add-check my-not-null-to-null
-- version: 8.0.36
CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT) ENGINE=InnoDB;
-- migration
ALTER TABLE t MODIFY A INT;
-- migration
ALTER TABLE t CHANGE id uid INT;
