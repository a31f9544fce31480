-- history: partial
-- found: pg-set-unlogged
-- open: pg-set-unlogged
ALTER TABLE event SET UNLOGGED;
ALTER TABLE event SET LOGGED;
