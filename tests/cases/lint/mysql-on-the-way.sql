-- found: my-narrow-string my-nullable-to-not-null my-unique-duplicates my-add-fk-copy my-add-index
-- open: my-narrow-string my-nullable-to-not-null
CREATE TABLE p (id INT PRIMARY KEY);
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(40), n INT, p_id INT);
-- migration
ALTER TABLE t MODIFY a VARCHAR(5);
ALTER TABLE t MODIFY a VARCHAR(40);
-- migration
ALTER TABLE t MODIFY n INT NOT NULL;
ALTER TABLE t MODIFY n INT;
-- migration
ALTER TABLE t ADD UNIQUE u (a);
ALTER TABLE t DROP KEY u;
-- migration
ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id);
ALTER TABLE t DROP FOREIGN KEY f;
