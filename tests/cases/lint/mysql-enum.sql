-- found: my-enum-set-remove
-- open: my-enum-set-remove
CREATE TABLE users (id INT PRIMARY KEY, mood ENUM('calm', 'glad'));
-- migration
ALTER TABLE users MODIFY mood ENUM('calm');
