-- found: x-object-exists
CREATE TABLE parcel (id bigint PRIMARY KEY, weight numeric);
-- migration
CREATE TABLE parcel (id bigint PRIMARY KEY);
