// The hazards of MySQL and MariaDB, as data. Decides nothing. Facts: MySQL manual "Online DDL Operations", "Implicit Default Handling",
// "Server SQL Modes"; MariaDB knowledge base "InnoDB Online DDL", "Instant ADD COLUMN".
import type { HazardRule, Severity } from '../../../risk/index.ts';
import { ACCESS, KEYS, ONLINE, STATEMENTS, TABLES } from './rules-tables.ts';

const row = (code: string, severity: Severity, effect: string, remedy: string): HazardRule => ({
  code,
  severity,
  effect,
  remedy,
});

const DROPS = {
  dropTable: row(
    'my-drop-table',
    'destructive',
    'The table and its rows are gone; the statement waits for every transaction that uses the table.',
    'Rename the table now and drop it a release later.',
  ),
  dropColumn: row(
    'my-drop-column',
    'destructive',
    'The values of the column are gone, and code that still names it fails.',
    'Stop using the column in one release and drop it in the next.',
  ),
  dropVirtualColumn: row(
    'my-drop-virtual-column',
    'advice',
    'A computed column goes; it held no data of its own.',
    'Check that no query names it.',
  ),
  dropSchema: row(
    'my-drop-schema',
    'destructive',
    'A whole database is dropped with everything in it.',
    'Drop single objects by name.',
  ),
  truncate: row(
    'my-truncate',
    'destructive',
    'Every row is gone at once, it cannot be rolled back, and the counter begins anew.',
    'Delete the rows in batches, with a backup.',
  ),
  dropPartition: row(
    'my-drop-partition',
    'destructive',
    'The rows of the partition are gone.',
    'Exchange the partition with a table and keep that.',
  ),
  dropRoutine: row(
    'my-drop-routine',
    'breaking',
    'Code that calls the routine fails, and its body is only in the snapshot.',
    'Keep the body from the snapshot; drop it after its last caller.',
  ),
  dropLogic: row(
    'my-drop-trigger-event-view',
    'breaking',
    'Its logic is lost, and the server does not tell what depends on it.',
    'Search for what uses it; keep its definition from the snapshot.',
  ),
  dropIndex: row(
    'my-drop-index',
    'advice',
    'Queries that used the index become slow.',
    'Make the index invisible (MySQL) or ignored (MariaDB) first, and drop it later.',
  ),
  dropIndexForKey: row(
    'my-drop-index-needed-by-fk',
    'breaking',
    'A foreign key needs the index: the server refuses to drop it (error 1553).',
    'Add another index on the same columns in the same ALTER.',
  ),
  rename: row(
    'x-rename-as-drop-add',
    'destructive',
    'What looks like a rename is written as a drop and a creation: the data does not move.',
    'Rename it, or copy the values before the drop.',
  ),
  renameColumn: row(
    'my-rename-column',
    'breaking',
    'Running code, views and triggers that name the column fail.',
    'Add the new column, write both for a release, then drop the old one.',
  ),
  renameTable: row(
    'my-rename-table',
    'breaking',
    'Running code that names the table fails.',
    'Leave a view under the old name for a release.',
  ),
} as const;

const COLUMNS = {
  dropsAttributes: row(
    'my-change-drops-attributes',
    'destructive',
    'MODIFY and CHANGE restate the whole column: what they leave out is removed without a word.',
    'Restate everything that the column shall keep.',
  ),
  changeType: row(
    'my-change-type-copy',
    'blocking',
    'The type changes by a copy of the table, which blocks writes all the while and doubles its space.',
    'Add a new column, fill it in batches, and switch; or use an online schema change tool.',
  ),
  narrowInt: row(
    'my-narrow-int',
    'destructive',
    'Numbers outside of the new range are refused in strict mode and clamped without it.',
    'Look for such values first.',
  ),
  narrowDecimal: row(
    'my-narrow-decimal',
    'destructive',
    'Digits are rounded away, or numbers no longer fit.',
    'Look for such values first.',
  ),
  narrowString: row(
    'my-narrow-string',
    'destructive',
    'Longer values are refused in strict mode and cut without it.',
    'Look for longer values first.',
  ),
  narrowTemporal: row(
    'my-narrow-temporal',
    'destructive',
    'Parts of dates and times are lost.',
    'Look for values that have these parts first.',
  ),
  lossyType: row(
    'my-lossy-type',
    'destructive',
    'Values of one kind become values of another: what has no meaning there is refused in strict mode and changed without it, and leading zeros, digits or the form of a date change in either.',
    'Add a column of the new type, convert into it, compare, and switch.',
  ),
  binaryPad: row(
    'my-binary-fixed-pad',
    'destructive',
    'BINARY pads with zero bytes, so every value changes with the size.',
    'Use VARBINARY, or a new column.',
  ),
  varcharBytes: row(
    'my-varchar-length-byte',
    'blocking',
    'A VARCHAR that grows past 255 bytes needs a second length byte, so the table is copied.',
    'Stay at or below the threshold, or plan for the copy.',
  ),
  membersRemoved: row(
    'my-enum-set-remove',
    'destructive',
    'Rows that hold a removed member are refused in strict mode and become empty without it.',
    'Move these rows to another member first.',
  ),
  membersReordered: row(
    'my-enum-set-reorder',
    'blocking',
    'Members that change their place change the stored number of every row: the table is copied, and sort order changes.',
    'Append new members at the end.',
  ),
  membersGrow: row(
    'my-enum-storage-grow',
    'blocking',
    'So many members need another storage size: the table is copied.',
    'Use a table of its own for the values.',
  ),
  charset: row(
    'my-charset-convert',
    'destructive',
    'Text is converted by a copy of the table; characters that the new set lacks are lost or refused.',
    'Look for such characters first.',
  ),
  collation: row(
    'my-collation-unique',
    'destructive',
    'Under another collation other values are equal: a unique key can find new duplicates.',
    'Look for duplicates under the new collation first.',
  ),
  srid: row(
    'my-srid-change',
    'destructive',
    'Places are understood in another coordinate system.',
    'Add a new column and convert.',
  ),
  notNull: row(
    'my-nullable-to-not-null',
    'destructive',
    'It fails for rows without a value, or turns them into 0 or an empty text where sql_mode is not strict; the table is rebuilt.',
    'Fill the values first.',
  ),
  toNullable: row(
    'my-not-null-to-null',
    'blocking',
    'The table is rebuilt in place.',
    'Run it at a quiet time.',
  ),
  addRequired: row(
    'my-add-not-null-implicit',
    'breaking',
    'Existing rows silently get 0, an empty text or the first member of the ENUM.',
    'Give a default, or add the column as nullable and fill it.',
  ),
  addRequiredDate: row(
    'my-add-not-null-date',
    'breaking',
    'Existing rows would get the date 0000-00-00, which NO_ZERO_DATE refuses.',
    'Give a default, or add the column as nullable and fill it.',
  ),
  addAutoIncrement: row(
    'my-add-auto-increment',
    'blocking',
    'Every row is numbered by a copy of the table, and replicas may number them differently.',
    'Make a new table, or number the rows yourself.',
  ),
  addStored: row(
    'my-add-stored-generated',
    'blocking',
    'A STORED computed column is computed for every row by a copy of the table.',
    'Use VIRTUAL, with an index if need be.',
  ),
} as const;

/** Every hazard of MySQL and MariaDB, by what it is about. */
export const RULES = {
  ...DROPS,
  ...COLUMNS,
  ...KEYS,
  ...TABLES,
  ...STATEMENTS,
  ...ACCESS,
  ...ONLINE,
} as const;

/** Every hazard that this folder defines; the shared ones are the shared room's. */
export const rules: readonly HazardRule[] = Object.values(RULES).filter((rule) =>
  rule.code.startsWith('my-'),
);
