-- found: x-if-not-exists-mask
-- absent: pg-add-column-volatile-default
CREATE TABLE cargo (id bigint PRIMARY KEY, code varchar(20), token uuid);
-- migration
ALTER TABLE cargo ADD COLUMN IF NOT EXISTS code int;
ALTER TABLE cargo ADD COLUMN IF NOT EXISTS token uuid DEFAULT gen_random_uuid();
