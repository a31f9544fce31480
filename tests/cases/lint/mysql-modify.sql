-- found: my-narrow-string my-nullable-to-not-null
-- open: my-narrow-string my-nullable-to-not-null
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users MODIFY name VARCHAR(10) NOT NULL;
