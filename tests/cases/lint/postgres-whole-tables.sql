-- found: x-delete-no-where x-update-no-where x-where-always-true x-dml-without-backup
-- history: partial
-- open: x-delete-no-where x-update-no-where x-where-always-true
DELETE FROM invoice USING customer;
UPDATE invoice SET total = 0 FROM customer JOIN region ON region.id = customer.region_id;
WITH gone AS (DELETE FROM payment WHERE 1 = 1 RETURNING *) SELECT count(*) FROM gone;
DELETE FROM receipt WHERE 3 > 2;
DELETE FROM refund WHERE EXISTS (SELECT 1);
MERGE INTO stock USING delivery ON stock.id = delivery.id WHEN MATCHED THEN DELETE;
