-- found: pg-change-type-rewrite
-- absent: pg-narrow-type pg-drop-column pg-domain-constraint pg-drop-constraint pg-change-default pg-drop-not-null
-- history: partial
ALTER TYPE address ALTER ATTRIBUTE zip TYPE varchar(5);
ALTER TYPE address ADD ATTRIBUTE country text;
-- migration
ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
-- migration
CREATE DOMAIN share AS numeric;
ALTER DOMAIN share ADD CONSTRAINT whole CHECK (VALUE <= 1);
ALTER DOMAIN share SET DEFAULT 0;
ALTER DOMAIN share DROP CONSTRAINT whole;
