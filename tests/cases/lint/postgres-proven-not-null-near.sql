-- lowered: pg-set-not-null-scan pg-add-primary-key
-- absent: pg-drop-constraint pg-unique-duplicates
CREATE TABLE entry (id bigint PRIMARY KEY, a text, CONSTRAINT a_maybe CHECK (a IS NOT NULL), b text);
CREATE TABLE measure (id bigint NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
ALTER TABLE entry ADD CONSTRAINT b_maybe CHECK (b IS NOT NULL) NOT VALID;
-- migration
ALTER TABLE entry ALTER COLUMN a SET NOT NULL;
ALTER TABLE entry DROP CONSTRAINT a_maybe;
-- migration
ALTER TABLE entry ADD CONSTRAINT b_surely CHECK (b IS NOT NULL) NOT VALID;
-- migration
ALTER TABLE entry VALIDATE CONSTRAINT b_surely;
-- migration
ALTER TABLE entry ALTER COLUMN b SET NOT NULL;
ALTER TABLE entry DROP CONSTRAINT b_surely, DROP CONSTRAINT b_maybe;
-- migration
ALTER TABLE ONLY measure ADD CONSTRAINT measure_key PRIMARY KEY (id, day);
