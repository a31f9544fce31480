-- absent: my-checks-off my-fk-checks-off my-sql-mode my-not-replicated my-server-setting
SET UNIQUE_CHECKS = @OLD_UNIQUE_CHECKS, FOREIGN_KEY_CHECKS = 1;
SET sql_mode = (SELECT REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''));
SET sql_mode = DEFAULT;
SET NAMES utf8mb4;
SET @unique_checks = 0, @total = (SELECT max(weight), 1);
