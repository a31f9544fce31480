-- found: pg-set-not-null-scan
CREATE TABLE parcel (code text, weight numeric);
CREATE UNIQUE INDEX parcel_code ON parcel (code);
-- migration
ALTER TABLE parcel ADD CONSTRAINT parcel_pkey PRIMARY KEY USING INDEX parcel_code;
