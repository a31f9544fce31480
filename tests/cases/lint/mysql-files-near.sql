-- absent: x-reaches-outside x-dynamic-sql my-partial-file
CREATE TABLE outfile (id INT PRIMARY KEY, a INT);
CREATE TABLE dumpfile (id INT PRIMARY KEY);
-- migration
INSERT INTO outfile (id, a) VALUES (1, 2) ON DUPLICATE KEY UPDATE a = 2;
SELECT id INTO @id FROM outfile LIMIT 1;
-- migration
CREATE TABLE u (id INT PRIMARY KEY);
CREATE INDEX i ON u (id);
