-- version: 8.0
-- found: my-charset-convert my-collation-unique
-- open: my-charset-convert my-collation-unique
CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(20)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE b (id INT PRIMARY KEY, v VARCHAR(20) CHARACTER SET utf8mb4) DEFAULT CHARSET=latin1;
CREATE TABLE c (id INT PRIMARY KEY, v VARCHAR(20), UNIQUE KEY (v));
-- migration
ALTER TABLE a MODIFY v VARCHAR(20) CHARACTER SET latin1;
-- migration
ALTER TABLE b MODIFY v VARCHAR(20);
-- migration
ALTER TABLE c MODIFY v VARCHAR(20) COLLATE utf8mb4_bin;
