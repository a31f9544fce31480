-- absent: x-if-not-exists-mask
-- found: pg-add-column-volatile-default
-- open: pg-drop-and-recreate-column
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE cargo (id int8 PRIMARY KEY, code varchar(20), m mood, token uuid, at timestamptz);
-- migration
ALTER TABLE cargo ADD COLUMN IF NOT EXISTS code character varying(20), ADD COLUMN IF NOT EXISTS m public.mood, ADD COLUMN IF NOT EXISTS id bigint;
ALTER TABLE cargo ADD COLUMN IF NOT EXISTS at timestamp with time zone;
-- migration
ALTER TABLE cargo DROP COLUMN token;
ALTER TABLE cargo ADD COLUMN IF NOT EXISTS token uuid DEFAULT gen_random_uuid();
