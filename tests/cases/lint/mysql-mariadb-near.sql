-- version: 11.4
-- history: partial
-- absent: my-drop-schema my-grant-revoke my-truncate my-drop-column my-inline-references x-rename-as-drop-add
CREATE DATABASE IF NOT EXISTS shop;
CREATE USER clerk;
ALTER TABLE shelves ADD SYSTEM VERSIONING;
ALTER TABLE shelves DROP PERIOD FOR SYSTEM_TIME;
ALTER TABLE boxes RENAME COLUMN IF EXISTS weight TO mass;
CREATE TABLE crates (id INT PRIMARY KEY, owner INT REFERENCES owners (id));
