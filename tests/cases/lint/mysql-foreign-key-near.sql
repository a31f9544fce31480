-- absent: my-add-fk-copy
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
CREATE TABLE marks (id INT PRIMARY KEY, post INT, CONSTRAINT marks_post FOREIGN KEY (post) REFERENCES posts (id));
