-- found: pg-rule-discards-writes pg-rule-redirects-writes
-- history: partial
-- open: pg-rule-discards-writes
CREATE RULE keep AS ON DELETE TO entry DO INSTEAD NOTHING;
-- migration
CREATE OR REPLACE RULE hide AS ON UPDATE TO entry WHERE OLD.locked DO INSTEAD NOTHING;
-- migration
CREATE RULE divert AS ON INSERT TO entry DO INSTEAD INSERT INTO entry_2026 VALUES (NEW.*);
