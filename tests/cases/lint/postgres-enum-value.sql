-- found: pg-enum-add-value-tx
CREATE TYPE mood AS ENUM ('calm');
-- migration
ALTER TYPE mood ADD VALUE 'glad';
