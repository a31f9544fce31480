-- found: my-charset-convert
-- open: my-charset-convert
CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(20));
-- migration
ALTER TABLE a CONVERT TO CHARACTER SET latin1 COLLATE latin1_bin;
