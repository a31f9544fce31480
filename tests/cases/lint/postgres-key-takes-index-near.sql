-- absent: pg-set-not-null-scan
CREATE TABLE parcel (code text NOT NULL, weight numeric);
CREATE UNIQUE INDEX parcel_code ON parcel (code);
CREATE TABLE crate (code text);
CREATE UNIQUE INDEX crate_code ON crate (code);
-- migration
ALTER TABLE parcel ADD CONSTRAINT parcel_pkey PRIMARY KEY USING INDEX parcel_code;
ALTER TABLE crate ADD CONSTRAINT crate_key UNIQUE USING INDEX crate_code;
