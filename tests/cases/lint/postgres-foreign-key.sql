-- found: pg-add-fk-validating
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users (id);
