-- absent: my-lossy-type my-narrow-decimal my-narrow-string my-narrow-int my-enum-set-remove my-srid-change my-drop-column my-change-drops-attributes my-not-null-to-null
CREATE TABLE crates (id INT PRIMARY KEY AUTO_INCREMENT, amount INT, label ENUM('a', 'b'), size INT, place POINT SRID 4326, made DATETIME(6), bits BIT(8), note VARCHAR(10)) DEFAULT CHARSET latin1;
-- migration
ALTER TABLE crates MODIFY id BIGINT AUTO_INCREMENT, MODIFY amount DECIMAL(14, 2), MODIFY label SET('a', 'b', 'c'), MODIFY size VARCHAR(11), MODIFY place GEOMETRY SRID 4326, MODIFY made VARCHAR(26), MODIFY bits INT;
ALTER TABLE crates CONVERT TO CHARACTER SET utf8mb4;
