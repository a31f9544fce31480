-- found: my-row-format-compression
-- version: 8.0
CREATE TABLE crate (id INT PRIMARY KEY, n INT);
-- migration
ALTER TABLE crate TABLESPACE innodb_file_per_table;
