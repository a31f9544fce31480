-- absent: my-add-fk-copy my-add-index my-unique-duplicates my-primary-key-change
CREATE TABLE owners (id INT PRIMARY KEY);
CREATE TABLE crates (id INT PRIMARY KEY, owner INT, KEY owner (owner), FOREIGN KEY (owner) REFERENCES owners (id));
-- migration
RENAME TABLE crates TO boxes;
