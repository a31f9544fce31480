-- absent: my-drop-table my-drop-column
CREATE TABLE users (id INT PRIMARY KEY, note TEXT);
ALTER TABLE users DROP COLUMN note;
DROP TABLE users;
