-- found: my-add-fk-copy my-add-index my-unique-duplicates my-primary-key-change
CREATE TABLE owners (id INT PRIMARY KEY);
CREATE TABLE crates (id INT PRIMARY KEY, owner INT, label VARCHAR(20));
-- migration
RENAME TABLE crates TO boxes;
ALTER TABLE boxes ADD FOREIGN KEY (owner) REFERENCES owners (id), DROP PRIMARY KEY;
-- migration
ALTER TABLE boxes CHANGE label name VARCHAR(20), ADD UNIQUE (name);
