-- found: my-row-format-compression
-- version: 8.0
CREATE TABLE crate (id INT PRIMARY KEY, n INT);
-- migration
ALTER TABLE crate ADD COLUMN m INT AS (n + 1) VIRTUAL, WITH VALIDATION;
