// The hazards of PostgreSQL that are advice: quality, and what a person should have read. As data.
import { row } from './row.ts';

export const ADVICE_RULES = {
  noPrimaryKey: row(
    'pg-table-without-pk',
    'advice',
    'Without a primary key single rows cannot be named: logical replication refuses UPDATE and DELETE, and duplicates cannot be told apart.',
    'Add a primary key.',
  ),
  keyWithoutIndex: row(
    'pg-fk-without-index',
    'advice',
    'No index begins with the columns of the foreign key: every DELETE or key change in the referenced table reads this one whole, under its lock.',
    'Create the index in the same migration, or before it.',
  ),
  keyOfOtherType: row(
    'pg-fk-type-mismatch',
    'advice',
    'The columns of the foreign key have another type than those it references: values of the wider one do not fit, and joins convert.',
    'Give both columns the same type.',
  ),
  deleteCascade: row(
    'pg-on-delete-cascade',
    'advice',
    'Deleting one row deletes every row that refers to it, and what refers to those.',
    'ON DELETE RESTRICT, and delete what belongs together by name.',
  ),
  longName: row(
    'pg-identifier-too-long',
    'advice',
    'A name of more than 63 bytes is cut off without an error, and may then clash with another.',
    'Shorten the name.',
  ),
  typeAdvice: row(
    'pg-type-advice',
    'advice',
    'The type is one that many came to regret: it overflows, pads, limits or forgets the time zone, and changing it later rewrites the table.',
    'bigint identity keys, text with a CHECK, timestamptz, numeric.',
  ),
  wideIndex: row(
    'pg-wide-index',
    'advice',
    'An index of more than three columns that is not unique seldom serves more queries than a shorter one, and costs every write.',
    'Keep the columns that restrict most.',
  ),
  duplicateIndex: row(
    'pg-duplicate-index',
    'advice',
    'Another index begins with the same columns: this one costs every write and its room on the disk, and serves nothing of its own.',
    'Leave it out, or drop the shorter one.',
  ),
  duplicateAssignment: row(
    'pg-duplicate-assignment',
    'advice',
    'One column is named twice where it can be given once: the statement fails.',
    'Name the column once.',
  ),
  analyzeMissing: row(
    'pg-analyze-missing',
    'advice',
    'The planner has no statistics of the new column type or expression until ANALYZE has run, and chooses bad plans.',
    'ANALYZE the table as the last statement.',
  ),
  lockTimeoutMissing: row(
    'pg-lock-timeout-missing',
    'advice',
    'Without lock_timeout a statement that waits for its lock makes everybody behind it wait too.',
    "SET LOCAL lock_timeout = '5s' first, and try again; dbsync sets one on every statement that it sends.",
  ),
  statementTimeoutMissing: row(
    'pg-statement-timeout-missing',
    'advice',
    'Without statement_timeout a statement that has its lock keeps it for as long as it works.',
    "SET LOCAL statement_timeout too; dbsync sets the configuration's `timeouts.statementMs`.",
  ),
} as const;
