-- found: pg-add-primary-key
-- absent: pg-unique-duplicates
CREATE TABLE visit (place text);
CREATE TABLE stay (place text);
-- migration
ALTER TABLE visit ADD COLUMN id bigserial;
ALTER TABLE visit ADD PRIMARY KEY (id);
ALTER TABLE stay ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE stay ADD PRIMARY KEY (id);
