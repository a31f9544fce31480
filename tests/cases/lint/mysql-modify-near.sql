-- absent: my-narrow-string my-nullable-to-not-null my-change-type-copy
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(50), note TEXT, role INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER);
-- migration
ALTER TABLE users MODIFY name VARCHAR(60);
