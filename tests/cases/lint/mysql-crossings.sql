-- found: my-lossy-type my-narrow-decimal my-narrow-string my-narrow-int my-enum-set-remove my-srid-change my-drop-column
-- open: my-lossy-type my-narrow-decimal my-narrow-string my-narrow-int my-enum-set-remove my-srid-change my-drop-column
CREATE TABLE crates (id INT PRIMARY KEY, code VARCHAR(10), amount BIGINT, label VARCHAR(10), size INT, place POINT SRID 0, sum INT, made DATETIME, bits BIT(8));
-- migration
ALTER TABLE crates MODIFY code INT, MODIFY amount FLOAT, MODIFY label ENUM('a', 'b'), MODIFY size VARCHAR(3), MODIFY place POINT SRID 4326, MODIFY sum INT AS (id + 1) STORED, MODIFY bits BIT(4);
-- migration
ALTER TABLE crates MODIFY made BIGINT;
