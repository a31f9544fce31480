-- found: my-duplicate-index my-name-limits my-utf8mb3-display-width my-fk-parent-not-unique my-add-not-null-date my-varchar-length-byte
-- found: my-explicit-lock my-sequence-set
CREATE TABLE crate (id INT PRIMARY KEY, kind VARCHAR(20), lot INT, KEY crate_kind (kind), KEY crate_kind_lot (kind, lot)) CHARSET = utf8mb4;
CREATE TABLE pallet (id SMALLINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, label VARCHAR(900), KEY pallet_label (label));
CREATE TABLE shelf (id INT PRIMARY KEY, crate_kind VARCHAR(20), FOREIGN KEY (crate_kind) REFERENCES crate (kind));
CREATE TABLE note (id INT PRIMARY KEY, made DATE DEFAULT '2020-00-10') ENGINE = MEMORY;
-- migration
ALTER TABLE crate ADD COLUMN place POINT NOT NULL;
-- migration
ALTER TABLE crate MODIFY kind VARCHAR(64);
-- migration
ALTER TABLE crate ADD COLUMN height INT, ALGORITHM = COPY;
-- migration
LOCK TABLES crate WRITE;
-- migration
SELECT SETVAL(crate_number, 1);
-- migration
CREATE INDEX shelf_crate_kind ON shelf (crate_kind, id);
CREATE INDEX shelf_kind ON shelf (crate_kind);
