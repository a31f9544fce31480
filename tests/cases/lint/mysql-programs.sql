-- found: my-event-acts my-trigger-acts x-replace-deletes-rows my-row-format-compression my-grant-revoke x-create-or-replace my-drop-trigger-event-view my-explicit-lock my-drop-constraint my-sequence-set my-change-default
-- history: partial
-- open: my-event-acts x-replace-deletes-rows x-reaches-outside
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY COMMENT 'x' DO DELETE FROM crates;
ALTER EVENT other DO BEGIN TRUNCATE crates; END;
CREATE TRIGGER guard BEFORE INSERT ON crates FOR EACH ROW BEGIN IF NEW.weight < 0 THEN SIGNAL SQLSTATE '45000'; END IF; END;
LOAD DATA LOCAL INFILE 'crates.csv' REPLACE INTO TABLE crates;
ALTER VIEW heavy AS SELECT 1;
DROP SERVER remote;
ALTER DATABASE shop READ ONLY = 1;
ALTER TABLE crates ALTER CHECK positive NOT ENFORCED;
ALTER TABLE crates AUTO_INCREMENT = 10;
ALTER DATABASE shop CHARACTER SET latin1;
OPTIMIZE LOCAL TABLE crates;
SET DEFAULT ROLE NONE TO clerk;
