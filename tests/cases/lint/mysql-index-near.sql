-- absent: my-add-index my-unique-duplicates
CREATE TABLE tags (id INT PRIMARY KEY, name VARCHAR(20));
CREATE UNIQUE INDEX tags_name ON tags (name);
