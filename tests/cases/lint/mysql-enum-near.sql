-- absent: my-enum-set-remove my-change-type-copy
CREATE TABLE users (id INT PRIMARY KEY, mood ENUM('calm', 'glad'));
-- migration
ALTER TABLE users MODIFY mood ENUM('calm', 'glad', 'sad');
