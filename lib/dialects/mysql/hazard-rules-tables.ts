// The hazards of keys, tables and statements of MySQL and MariaDB, as data. Decides nothing. Facts: MySQL manual "Online DDL Operations", "Implicit Default Handling",
// "Server SQL Modes"; MariaDB knowledge base "InnoDB Online DDL", "Instant ADD COLUMN".
import type { HazardRule, Severity } from '../../risk/index.ts';

const row = (code: string, severity: Severity, effect: string, remedy: string): HazardRule => ({
  code,
  severity,
  effect,
  remedy,
});

export const KEYS = {
  addIndex: row(
    'my-add-index',
    'blocking',
    'The index is built while reads and writes go on, at the price of I/O and lagging replicas.',
    'Run it at a quiet time, with ALGORITHM=INPLACE, LOCK=NONE.',
  ),
  fulltextSpatial: row(
    'my-fulltext-spatial-index',
    'blocking',
    'Writes are blocked while the index is built; the first full-text index rebuilds the table.',
    'Run it at a quiet time.',
  ),
  duplicates: row(
    'my-unique-duplicates',
    'breaking',
    'It fails where values occur more than once.',
    'Remove the duplicates first.',
  ),
  primaryKey: row(
    'my-primary-key-change',
    'blocking',
    'The table is rebuilt in the order of the new key; between drop and creation it has none.',
    'Drop and add the key in one ALTER.',
  ),
  noPrimaryKey: row(
    'my-table-without-pk',
    'advice',
    'Replicas search the whole table for each changed row, and clusters refuse such tables.',
    'Give the table a primary key.',
  ),
  addForeignKey: row(
    'my-add-fk-copy',
    'blocking',
    'Every row is checked by a copy of the table while writes are blocked, and the parent table is locked too.',
    'Look for orphans first, and run it at a quiet time.',
  ),
  addCheck: row(
    'my-add-check',
    'blocking',
    'Every row is checked by a copy of the table while writes are blocked.',
    'Run it at a quiet time, or add it as NOT ENFORCED where the server can.',
  ),
} as const;

export const TABLES = {
  engine: row(
    'my-engine-change',
    'destructive',
    'The table is copied into another engine; what that one lacks (foreign keys, transactions) is lost.',
    'Stay with InnoDB.',
  ),
  rowFormat: row('my-row-format-compression', 'blocking', 'The table is rebuilt.', 'Run it at a quiet time.'),
  partitions: row(
    'my-coalesce-reorganize-partition',
    'blocking',
    'Rows are copied between partitions while the table is locked.',
    'Run it at a quiet time.',
  ),
} as const;

export const STATEMENTS = {
  checksOff: row(
    'my-fk-checks-off',
    'destructive',
    'Rows that are written meanwhile are never checked against foreign keys, not even later.',
    'Leave the checks on, or look for orphans afterwards.',
  ),
  inlineReferences: row(
    'my-inline-references',
    'breaking',
    'MySQL reads REFERENCES behind a column and ignores it: there is no foreign key.',
    'Write FOREIGN KEY (...) REFERENCES as a constraint of the table.',
  ),
  noAlgorithm: row(
    'my-algorithm-lock-missing',
    'advice',
    'Without ALGORITHM and LOCK the server falls back to a copy without a word.',
    'State ALGORITHM=INSTANT or INPLACE and LOCK=NONE, so that it fails instead of copying.',
  ),
  partialFile: row(
    'my-partial-file',
    'breaking',
    'Each schema statement commits by itself: a failure leaves the first part of the file in place.',
    'Put one schema statement into a migration, or be ready to resume.',
  ),
  sqlMode: row(
    'my-sql-mode',
    'destructive',
    'Without strict mode values that do not fit are cut and not refused.',
    'Set sql_mode to STRICT_TRANS_TABLES.',
  ),
  definer: row(
    'my-definer-env',
    'breaking',
    'The definer that is named may not exist on the target: the object then cannot be used.',
    'Leave DEFINER out, or use SQL SECURITY INVOKER.',
  ),
} as const;
