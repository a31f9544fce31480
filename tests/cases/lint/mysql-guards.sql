-- found: my-checks-off my-fk-checks-off my-sql-mode my-not-replicated my-server-setting
-- open: my-checks-off my-fk-checks-off my-sql-mode x-reaches-outside
SET @OLD_UNIQUE_CHECKS = @@UNIQUE_CHECKS, UNIQUE_CHECKS = 0;
SET SESSION check_constraint_checks = OFF;
SET STATEMENT foreign_key_checks = 0 FOR DELETE FROM crates WHERE weight = 5;
SET sql_mode = (SELECT REPLACE(@@sql_mode, 'STRICT_TRANS_TABLES', ''));
SET sql_log_bin = 0;
SET @@GLOBAL.max_connections = 5;
