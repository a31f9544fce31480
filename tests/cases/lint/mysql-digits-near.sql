-- absent: x-unparseable x-delete-no-where my-drop-table
CREATE TABLE 2020_log (1st INT PRIMARY KEY, 2nd DOUBLE DEFAULT 1e5);
-- migration
DELETE FROM 2020_log WHERE 2nd = 0x1F;
