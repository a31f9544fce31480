-- version: 8.0
-- stands: my-collation-unique
CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(20)) DEFAULT CHARSET=utf8mb4;
-- migration
ALTER TABLE a MODIFY v VARCHAR(20) COLLATE utf8mb4_bin;
