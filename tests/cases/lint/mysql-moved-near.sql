-- absent: my-row-format-compression
-- version: 8.0
CREATE TABLE crate (id INT PRIMARY KEY, n INT);
-- migration
CREATE TABLE pallet (id INT PRIMARY KEY) TABLESPACE innodb_file_per_table;
ALTER TABLE crate ADD COLUMN m INT AS (n + 1) VIRTUAL, WITHOUT VALIDATION;
