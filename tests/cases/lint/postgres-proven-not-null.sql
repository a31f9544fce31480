-- found: pg-set-not-null-scan pg-drop-constraint
CREATE TABLE entry (id bigint PRIMARY KEY, a text, CONSTRAINT a_there CHECK (a IS NOT NULL));
-- migration
ALTER TABLE entry DROP CONSTRAINT a_there;
ALTER TABLE entry ALTER COLUMN a SET NOT NULL;
ALTER TABLE entry ALTER COLUMN a DROP NOT NULL;
-- migration
ALTER TABLE entry ADD CONSTRAINT a_here CHECK (a IS NOT NULL) NOT VALID;
ALTER TABLE entry ALTER COLUMN a SET NOT NULL;
