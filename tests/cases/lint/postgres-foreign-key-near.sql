-- absent: pg-add-fk-validating pg-not-valid-never-validated pg-validate-in-same-tx
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users (id) NOT VALID;
-- migration
ALTER TABLE posts VALIDATE CONSTRAINT posts_author_fkey;
