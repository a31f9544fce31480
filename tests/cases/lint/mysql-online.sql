-- found: my-add-column-not-instant my-row-format-compression my-drop-column my-drop-partition my-coalesce-reorganize-partition
-- found: my-fk-parent-mdl my-mdl-wait my-grant-revoke my-drop-constraint my-drop-sequence my-change-default my-unique-duplicates my-engine-change
-- history: partial
-- open: my-drop-column my-drop-partition my-drop-sequence my-unique-duplicates
ALTER TABLE crate ADD COLUMN weight INT DEFAULT (1 + 1), ADD INDEX crate_weight (weight);
ALTER TABLE crate FORCE;
OPTIMIZE TABLE pallet;
ALTER TABLE pallet WAIT 5 DROP COLUMN note;
ALTER TABLE shelf EXCHANGE PARTITION p1 WITH TABLE shelf_old;
ALTER TABLE shelf PARTITION BY HASH (id) PARTITIONS 8;
ALTER TABLE crate ADD CONSTRAINT crate_pallet FOREIGN KEY (pallet_id) REFERENCES pallet (id);
ALTER TABLE crate DROP FOREIGN KEY crate_shelf;
ALTER TABLE pallet COMMENT = 'x';
ALTER TABLE crate ALTER COLUMN kind DROP DEFAULT;
ALTER IGNORE TABLE label ADD UNIQUE (code);
ALTER TABLE label ENGINE = InnoDB;
DROP SEQUENCE crate_number;
GRANT SELECT ON crate TO clerk;
-- migration
ALTER TABLE crate ADD COLUMN height INT;
