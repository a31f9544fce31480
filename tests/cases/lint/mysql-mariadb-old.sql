-- version: 10.4
-- found: my-inline-references
CREATE TABLE owners (id INT PRIMARY KEY);
CREATE TABLE crates (id INT PRIMARY KEY, owner INT REFERENCES owners (id));
