-- history: partial
-- found: pg-create-index-blocking
CREATE INDEX made_elsewhere_name ON made_elsewhere (name);
