-- absent: my-event-acts x-replace-deletes-rows x-create-or-replace my-drop-trigger-event-view my-explicit-lock my-drop-constraint my-sequence-set
-- lowered: my-trigger-acts
-- open: x-reaches-outside
CREATE TABLE crates (id INT AUTO_INCREMENT PRIMARY KEY, weight INT, CONSTRAINT positive CHECK (weight > 0)) AUTO_INCREMENT = 10;
CREATE TABLE counts (n INT PRIMARY KEY);
-- migration
CREATE EVENT count ON SCHEDULE EVERY 1 DAY COMMENT 'deletes nothing' DO INSERT INTO counts SELECT replace(id, 1, 2) FROM crates;
ALTER EVENT count ON SCHEDULE EVERY 2 DAY;
CREATE TRIGGER written AFTER INSERT ON crates FOR EACH ROW INSERT INTO counts VALUES (NEW.id);
LOAD DATA INFILE 'crates.csv' IGNORE INTO TABLE crates;
ALTER DATABASE shop READ ONLY = 0;
ALTER TABLE crates ALTER CHECK positive ENFORCED;
