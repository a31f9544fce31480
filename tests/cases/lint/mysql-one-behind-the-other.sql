-- found: my-engine-change my-drop-column my-narrow-int my-coalesce-reorganize-partition my-primary-key-change x-unparseable
-- open: my-engine-change my-drop-column my-narrow-int x-unparseable
CREATE TABLE crates (id INT PRIMARY KEY, weight INT, label INT);
CREATE TABLE boxes (id INT PRIMARY KEY, weight INT, KEY weight (weight));
-- migration
ALTER TABLE crates COMMENT = 'x' ENGINE = MEMORY;
-- migration
ALTER TABLE crates RENAME shelves, DROP COLUMN weight, MODIFY label TINYINT;
-- migration
ALTER TABLE boxes ROW_FORMAT COMPACT PARTITION BY HASH (id);
DROP INDEX `PRIMARY` ON boxes;
DROP INDEX weight;
