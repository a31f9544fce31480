-- absent: my-engine-change my-drop-column my-primary-key-change x-unparseable my-name-limits x-rename-as-drop-add
CREATE TABLE crates (id INT PRIMARY KEY, weight INT);
-- migration
ALTER TABLE crates ADD COLUMN engine INT DEFAULT 1 COMMENT 'ENGINE = MEMORY', DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
ALTER TABLE crates ADD PARTITION (PARTITION p1 VALUES LESS THAN (5) ENGINE = InnoDB);
ALTER TABLE crates RENAME COLUMN engine TO motor, RENAME TO boxes;
DROP INDEX weight ON boxes;
