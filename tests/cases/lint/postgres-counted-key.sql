-- found: pg-unique-duplicates
CREATE TABLE visit (place text);
CREATE TABLE stay (place text);
-- migration
ALTER TABLE visit ADD COLUMN day date DEFAULT now();
ALTER TABLE visit ADD CONSTRAINT visit_day UNIQUE (day);
ALTER TABLE stay ADD COLUMN state text DEFAULT 'new' UNIQUE;
