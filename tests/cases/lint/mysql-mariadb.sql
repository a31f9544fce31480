-- version: 11.4
-- history: partial
-- found: my-drop-schema my-grant-revoke my-truncate my-drop-table my-drop-column my-rename-table my-drop-partition my-mariadb-instant-format x-create-or-replace x-dynamic-sql x-unparseable
-- absent: my-inline-references my-check-ignored
-- open: my-drop-schema my-truncate my-drop-table my-drop-column my-drop-partition x-create-or-replace x-dynamic-sql x-unparseable
CREATE OR REPLACE DATABASE shop;
CREATE OR REPLACE USER clerk;
CREATE OR REPLACE EVENT tidy ON SCHEDULE EVERY 1 DAY DO SELECT 1;
CREATE OR REPLACE TABLE crates (id INT PRIMARY KEY, owner INT REFERENCES owners (id));
ALTER TABLE IF EXISTS boxes NOWAIT DROP COLUMN IF EXISTS weight;
TRUNCATE TABLE shelves WAIT 5;
ALTER TABLE shelves DROP SYSTEM VERSIONING;
RENAME TABLE IF EXISTS racks WAIT 5 TO bins;
DROP TABLE bins NOWAIT;
ALTER TABLE shelves CONVERT TABLE bays TO PARTITION p1 VALUES LESS THAN (5);
ALTER TABLE shelves CONVERT PARTITION p0 TO TABLE bays;
EXECUTE IMMEDIATE 'DROP TABLE x';
BEGIN NOT ATOMIC DELETE FROM shelves; END;
