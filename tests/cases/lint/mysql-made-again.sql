-- found: x-object-exists
-- absent: my-drop-column my-drop-table
CREATE TABLE parcel (id bigint PRIMARY KEY, weight decimal(8, 2));
-- migration
CREATE TABLE parcel (id bigint PRIMARY KEY);
