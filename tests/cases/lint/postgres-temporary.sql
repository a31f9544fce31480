-- found: pg-drop-column
-- open: pg-drop-column
CREATE TABLE posts (id bigint PRIMARY KEY, author text);
-- migration
CREATE TEMP TABLE posts (id bigint);
ALTER TABLE public.posts DROP COLUMN author;
