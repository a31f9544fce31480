-- absent: my-add-column-not-instant my-row-format-compression my-drop-partition my-coalesce-reorganize-partition my-fk-parent-mdl my-mdl-wait
-- absent: my-grant-revoke my-drop-constraint my-drop-sequence my-change-default my-unique-duplicates my-engine-change my-add-index my-drop-index
-- absent: my-instant-early-bugs my-mariadb-instant-format my-name-limits my-utf8mb3-display-width
CREATE TABLE crate (id BIGINT PRIMARY KEY, kind VARCHAR(20), flag TINYINT(1), price DECIMAL(10, 2), made DATETIME) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
CREATE INDEX crate_kind ON crate (kind);
-- migration
SET SESSION lock_wait_timeout = 5;
ALTER TABLE crate ADD COLUMN weight INT DEFAULT 1 AFTER kind, ALGORITHM = INSTANT;
ALTER TABLE crate ADD COLUMN height INT, ADD COLUMN width INT FIRST;
ALTER TABLE crate ALTER COLUMN weight SET DEFAULT 1;
ALTER TABLE crate RENAME INDEX crate_kind TO crate_sort;
