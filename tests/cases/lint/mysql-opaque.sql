-- found: x-dynamic-sql x-unparseable
-- open: x-dynamic-sql x-unparseable
CALL tidy_up();
BOGUS WORDS HERE;
