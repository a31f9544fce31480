-- found: pg-narrow-type pg-change-type-rewrite pg-drop-column pg-domain-constraint pg-drop-constraint pg-change-default pg-drop-not-null pg-not-valid-never-validated
-- history: partial
-- open: pg-narrow-type pg-drop-column
ALTER TYPE address ALTER ATTRIBUTE zip TYPE varchar(5) CASCADE;
-- migration
ALTER TYPE address DROP ATTRIBUTE street;
-- migration
ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
ALTER DOMAIN amount SET NOT NULL;
-- migration
ALTER DOMAIN amount DROP CONSTRAINT limited;
ALTER DOMAIN amount SET DEFAULT 1;
ALTER DOMAIN amount DROP NOT NULL;
-- migration
ALTER DOMAIN amount VALIDATE CONSTRAINT sound;
