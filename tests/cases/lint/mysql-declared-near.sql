-- absent: my-duplicate-index my-name-limits my-utf8mb3-display-width my-fk-parent-not-unique my-add-not-null-date my-varchar-length-byte
-- absent: my-explicit-lock my-sequence-set my-unique-duplicates
CREATE TABLE crate (id INT PRIMARY KEY, kind VARCHAR(20), lot INT, UNIQUE KEY crate_kind (kind), KEY crate_kind_lot (kind, lot), KEY crate_lot (lot)) CHARSET = utf8mb4;
CREATE TABLE pallet (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, label VARCHAR(900), note VARCHAR(5000), KEY pallet_label (label(700)), KEY pallet_note (note(20)), KEY pallet_both (note(10), id));
CREATE TABLE shelf (id INT PRIMARY KEY, crate_kind VARCHAR(20), FOREIGN KEY (crate_kind) REFERENCES crate (kind));
CREATE TABLE note (id INT PRIMARY KEY, made DATE DEFAULT '2020-01-10', flag TINYINT(1), hash CHAR(36) CHARACTER SET ascii);
-- migration
ALTER TABLE crate ADD COLUMN place POINT;
-- migration
ALTER TABLE crate MODIFY kind VARCHAR(63);
-- migration
ALTER TABLE crate ADD COLUMN height INT, ALGORITHM = INSTANT, LOCK = NONE;
-- migration
ALTER TABLE crate ADD COLUMN code INT, ADD UNIQUE KEY crate_code (code);
-- migration
CREATE TABLE fresh (id INT PRIMARY KEY);
ALTER TABLE crate ADD INDEX crate_height (height), ALGORITHM = INPLACE, LOCK = NONE;
