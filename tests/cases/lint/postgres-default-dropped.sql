-- found: pg-add-required-column
-- absent: pg-set-not-null-scan
CREATE TABLE crate (id bigint PRIMARY KEY);
-- migration
ALTER TABLE crate ADD COLUMN weight bigint NOT NULL DEFAULT 0;
ALTER TABLE crate ALTER COLUMN weight DROP DEFAULT;
