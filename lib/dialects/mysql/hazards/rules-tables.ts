// The hazards of keys, tables and statements of MySQL and MariaDB, as data. Decides nothing. Facts: MySQL manual "Online DDL Operations", "Implicit Default Handling",
// "Server SQL Modes"; MariaDB knowledge base "InnoDB Online DDL", "Instant ADD COLUMN".
import type { HazardRule, Severity } from '../../../risk/index.ts';

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

export const ACCESS = {
  grantRevoke: row(
    'my-grant-revoke',
    'breaking',
    'Who may do what changes.',
    'A step of its own, that somebody reviews.',
  ),
  dropConstraint: row(
    'my-drop-constraint',
    'breaking',
    'The rule is no longer enforced: rows that break it can be written from now on.',
    'Make the new rule before the old one is dropped.',
  ),
  dropSequence: row(
    'my-drop-sequence',
    'destructive',
    'The counter is lost, and defaults that use it fail.',
    'Keep it, or write down its next value.',
  ),
  sequenceSet: row(
    'my-sequence-set',
    'breaking',
    'The counter gives numbers again that it gave before: inserts fail on the key, or a number means another row than it did.',
    'Leave the counter alone, or set it above the highest number in use.',
  ),
  changeDefault: row(
    'my-change-default',
    'breaking',
    'Old code that relies on the default inserts something else, or fails.',
    'Change the code first.',
  ),
} as const;

export const ONLINE = {
  notInstant: row(
    'my-add-column-not-instant',
    'blocking',
    'The column cannot be added at once: the table is rebuilt.',
    'Add it last in its table, in an ALTER of its own, with ALGORITHM=INSTANT, so that it fails instead.',
  ),
  explicitLock: row(
    'my-explicit-lock',
    'blocking',
    'The text asks for a lock, or for a copy under one: writes wait until it is over, and with EXCLUSIVE reads too.',
    'LOCK=NONE with ALGORITHM=INSTANT or INPLACE; leave LOCK TABLES out.',
  ),
  sourceLocked: row(
    'my-source-locked',
    'blocking',
    'A table that is copied into another one is locked against writers until the transaction ends.',
    'Copy in batches, or read with READ COMMITTED: SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED before it.',
  ),
  replicaLag: row(
    'my-replica-lag',
    'advice',
    'A replica repeats the change after it is over on its source, and applies nothing else meanwhile.',
    'An online schema change tool, or a quiet time and a look at the replicas.',
  ),
  onlineLog: row(
    'my-online-log-overflow',
    'advice',
    'What others write during an online change is kept in a log of limited size; where it is full the change fails at its end.',
    'Raise innodb_online_alter_log_max_size for the change, or run it at a quiet time.',
  ),
  vitess: row(
    'my-vitess-direct-ddl',
    'breaking',
    'Vitess takes schema changes by its own way and may refuse direct statements, foreign keys and named locks.',
    'Use the deploy requests of the provider.',
  ),
  instantBugs: row(
    'my-instant-early-bugs',
    'destructive',
    'MySQL 8.0.29 to 8.0.31 can damage tables that had columns added or dropped INSTANT, and backup tools refuse them.',
    'Upgrade first, or state ALGORITHM=INPLACE.',
  ),
  instantFormat: row(
    'my-mariadb-instant-format',
    'advice',
    'A column that is added or dropped at once leaves the file in a form that older servers and some tools do not read.',
    'ALTER TABLE ... FORCE at a quiet time where that matters.',
  ),
  parentLocked: row(
    'my-fk-parent-mdl',
    'blocking',
    'The lock on the table reaches the tables on the other side of its foreign keys.',
    'A short lock_wait_timeout, and try again.',
  ),
  lockNone: row(
    'my-fk-cascade-lock-none',
    'breaking',
    'LOCK=NONE is refused for a table whose foreign keys delete or change rows by themselves.',
    'LOCK=SHARED, at a quiet time.',
  ),
  checkIgnored: row(
    'my-check-ignored',
    'breaking',
    'This version reads CHECK and ignores it: nothing is checked.',
    'A trigger, or a newer server.',
  ),
  waitUnlimited: row(
    'my-mdl-wait',
    'advice',
    'lock_wait_timeout is a year by default: a statement that waits for a transaction makes all new queries on the table wait too.',
    'SET lock_wait_timeout = 5 first, and try again; dbsync sets it on every session.',
  ),
  deprecated: row(
    'my-utf8mb3-display-width',
    'advice',
    'The type or character set is deprecated, or is not what it seems.',
    'utf8mb4, integers without a width, DECIMAL for money, NULL in place of a zero date, InnoDB.',
  ),
  nameLimits: row(
    'my-name-limits',
    'breaking',
    'A name, a key or a row is longer than the server allows, or the name works on some servers only.',
    'Shorten it; index the beginning of a long text; name things in lower case and not by reserved words.',
  ),
  limitUnordered: row(
    'my-limit-without-order',
    'advice',
    'Which rows a LIMIT takes is not said: a replica that runs the statement by itself, a rehearsal and the target may each take others.',
    'ORDER BY a unique key, or name the rows.',
  ),
  duplicateIndex: row(
    'my-duplicate-index',
    'advice',
    'Another index begins with the same columns: this one costs every write and serves nothing of its own.',
    'Leave it out, or drop the shorter one.',
  ),
  parentNotUnique: row(
    'my-fk-parent-not-unique',
    'breaking',
    'A foreign key that refers to columns without a unique key of their own is refused from MySQL 8.4 on, and ambiguous before.',
    'Refer to the primary key, or make the columns unique first.',
  ),
} as const;

export const STATEMENTS = {
  checksOff: row(
    'my-fk-checks-off',
    'destructive',
    'Rows that are written meanwhile are never checked against foreign keys, not even later.',
    'Leave the checks on, or look for orphans afterwards.',
  ),
  otherChecksOff: row(
    'my-checks-off',
    'destructive',
    'Rows that are written meanwhile are checked neither for duplicates nor against CHECK constraints, not even later.',
    'Leave the checks on; they cost less than the search afterwards.',
  ),
  notReplicated: row(
    'my-not-replicated',
    'breaking',
    'Changes that are not in the binary log reach no replica and no recovery: the servers differ from here on.',
    'Leave sql_log_bin on.',
  ),
  serverSetting: row(
    'my-server-setting',
    'breaking',
    'A setting of the whole server changes under every application on it, and no migration brings it back.',
    'Set it for the session, or in the configuration of the server.',
  ),
  eventActs: row(
    'my-event-acts',
    'destructive',
    'The event changes or deletes rows by itself, whenever its time comes, and nobody approves that.',
    'Run its body once by hand and count the rows; create the event DISABLEd and enable it after a look.',
  ),
  triggerActs: row(
    'my-trigger-acts',
    'breaking',
    'Writes of the running application do more than they say, or are refused.',
    'Deploy code that knows of it first; keep the body small.',
  ),
  inlineReferences: row(
    'my-inline-references',
    'breaking',
    'This version reads REFERENCES behind a column and ignores it: there is no foreign key.',
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
