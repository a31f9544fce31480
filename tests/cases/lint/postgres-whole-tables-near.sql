-- absent: x-delete-no-where x-update-no-where x-where-always-true
-- history: partial
DELETE FROM invoice USING customer WHERE customer.id = invoice.customer_id;
UPDATE invoice SET total = 0 FROM customer WHERE customer.id = invoice.customer_id;
WITH gone AS (DELETE FROM payment WHERE paid < '2020-01-01' RETURNING *) INSERT INTO payment_archive SELECT * FROM gone ON CONFLICT DO NOTHING;
DELETE FROM receipt WHERE 3 > 5;
DELETE FROM refund WHERE note LIKE '%void%';
