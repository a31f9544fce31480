-- found: my-drop-table my-narrow-int
-- open: my-drop-table my-narrow-int
CREATE TABLE posts (id INTEGER PRIMARY KEY, author BIGINT);
-- migration
CREATE TABLE posts_kept AS SELECT * FROM posts;
DROP TABLE posts;
CREATE TABLE posts (id INT PRIMARY KEY, author INT);
INSERT INTO posts SELECT * FROM posts_kept;
