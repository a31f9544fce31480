-- history: partial
-- found: my-drop-table
-- open: my-drop-table
-- absent: my-primary-key-change my-add-not-null-implicit my-unique-duplicates my-nullable-to-not-null my-narrow-int my-add-check my-add-index
DROP TABLE IF EXISTS tally;
CREATE TABLE tally (id INT PRIMARY KEY, v INT NOT NULL);
-- migration
CREATE TABLE posts (id INTEGER PRIMARY KEY, author BIGINT);
-- migration
DROP TABLE posts;
CREATE TABLE posts (id INT PRIMARY KEY, author INT NOT NULL, CHECK (author > 0));
ALTER TABLE posts ADD UNIQUE INDEX (author);
