// The hazards of SQLite, as data. Decides nothing; the facts are those of https://sqlite.org/lang_altertable.html,
// https://sqlite.org/foreignkeys.html and https://sqlite.org/autoinc.html.
import type { HazardRule, Severity } from '../../../risk/index.ts';

const row = (code: string, severity: Severity, effect: string, remedy: string): HazardRule => ({
  code,
  severity,
  effect,
  remedy,
});

const DROPS = {
  dropTable: row(
    'sqlite-drop-table',
    'destructive',
    'The table and its rows are gone; with foreign keys on, rows that reference it are deleted or emptied as their keys say.',
    'Copy the file first; rename the table now and drop it a release later.',
  ),
  dropColumn: row(
    'sqlite-drop-column',
    'destructive',
    'The values of the column are gone, and the whole table is rewritten.',
    'Stop using the column in one release and drop it in the next; copy the file first.',
  ),
  dropColumnUnsupported: row(
    'sqlite-drop-column-unsupported',
    'breaking',
    'A library before 3.35 does not know DROP COLUMN.',
    'Rebuild the table without the column.',
  ),
  dropColumnRefused: row(
    'sqlite-drop-column-refused',
    'breaking',
    'The engine refuses to drop a column that a key, an index, a constraint, a trigger or a view uses.',
    'Drop what uses it first, or rebuild the table.',
  ),
  dropView: row(
    'sqlite-drop-view',
    'breaking',
    'Queries that read the view fail.',
    'Remove the use in one release and the view in the next.',
  ),
  dropTrigger: row(
    'sqlite-drop-trigger',
    'breaking',
    'What the trigger did no longer happens.',
    'Make sure that the application does it, or create the new trigger in the same migration.',
  ),
  dropIndex: row(
    'sqlite-drop-index',
    'advice',
    'Queries that used the index read the whole table; a unique one no longer forbids duplicates.',
    'Look at the plans of the queries that used it.',
  ),
} as const;

const REBUILDS = {
  rebuild: row(
    'sqlite-table-rebuild',
    'blocking',
    'The whole table is copied while nobody else can write to the file.',
    'Use what ALTER TABLE can do by itself where that is enough; otherwise follow the order of the manual.',
  ),
  valuesChanged: row(
    'sqlite-rebuild-values-changed',
    'destructive',
    'The copy fills a column with something else than its own values, or keeps them only as a part of others: what they were is lost.',
    'Copy the column as it is, by its name in both lists; change values in a statement of their own.',
  ),
  columnLost: row(
    'sqlite-rebuild-column-lost',
    'destructive',
    'The copy leaves a column out: its values are lost, even where the new table has a column of that name.',
    'Copy the column, cast where the type changes.',
  ),
  rowsLost: row(
    'sqlite-rebuild-rows-lost',
    'destructive',
    'The copy leaves rows out, and the old table is dropped.',
    'Copy every row, or delete the unwanted ones in a statement of its own that says so.',
  ),
  fkCascade: row(
    'sqlite-rebuild-fk-cascade',
    'destructive',
    'Dropping the old table deletes its rows first, and foreign keys that are on pass that on to the rows of other tables.',
    'PRAGMA foreign_keys=OFF before the transaction begins.',
  ),
  pragmaInTx: row(
    'sqlite-pragma-in-tx',
    'destructive',
    'PRAGMA foreign_keys has no effect within a transaction, so keys stay as they were.',
    'Set it before BEGIN.',
  ),
  noFkCheck: row(
    'sqlite-rebuild-no-fk-check',
    'destructive',
    'A rebuild with foreign keys off can leave rows whose parent is gone, and nothing looks for them.',
    'PRAGMA foreign_key_check before COMMIT; or leave BEGIN and COMMIT out, and dbsync does it.',
  ),
  lostObjects: row(
    'sqlite-rebuild-lost-objects',
    'breaking',
    'Dropping the old table drops its indexes and triggers, and they are not made again.',
    'Create them again behind the rename, or drop them by name where that is meant.',
  ),
  wrongOrder: row(
    'sqlite-rebuild-wrong-order',
    'breaking',
    'Renaming the old table away turns what refers to it (keys, triggers, views) to the table that is then dropped.',
    'Create the new table, copy, drop the old one, rename the new one.',
  ),
  newRequired: row(
    'sqlite-rebuild-required-column',
    'breaking',
    'The new table demands a value that the running application does not give: its INSERT statements fail.',
    'Give the column a default, or let it be NULL until every version of the application writes it.',
  ),
  constraintLost: row(
    'sqlite-rebuild-constraint-lost',
    'breaking',
    'The new table lacks a rule that the old one had.',
    'Write the rule into the new table, or accept its end.',
  ),
  rowid: row(
    'sqlite-rebuild-rowid',
    'breaking',
    'Without an INTEGER PRIMARY KEY the rows get new rowids; what stored them points elsewhere.',
    'Copy rowid explicitly.',
  ),
  autoincrement: row(
    'sqlite-rebuild-autoincrement',
    'breaking',
    'The counter of AUTOINCREMENT begins at the highest id that is there: ids of deleted rows are given again.',
    'Carry the row of sqlite_sequence over to the new table.',
  ),
  copyFails: row(
    'sqlite-rebuild-not-null-copy',
    'breaking',
    'The new table is stricter than the rows are: the copy fails.',
    'Mend the rows first, or fill the gap in the SELECT.',
  ),
  staleTable: row(
    'sqlite-stale-temp-table',
    'breaking',
    'A table that an interrupted rebuild left behind is in the way of the next one.',
    'Look whether it holds rows that the real table lacks, then drop it.',
  ),
  orphans: row(
    'sqlite-foreign-key-orphans',
    'breaking',
    'A new foreign key meets rows without a parent.',
    'Delete or mend those rows first.',
  ),
} as const;

const COLUMNS = {
  notNull: row(
    'sqlite-nullable-to-not-null',
    'breaking',
    'A column that allowed NULL no longer does; rows that hold one are refused.',
    'Fill the rows first.',
  ),
  alterConstraint: row(
    'sqlite-alter-constraint-version',
    'breaking',
    'ALTER TABLE changes NOT NULL and CHECK by itself only from 3.53.0 on; an older library reads a syntax error.',
    'Rebuild the table.',
  ),
  addNotNull: row(
    'sqlite-add-not-null-no-default',
    'breaking',
    'A NOT NULL column without a default cannot be added to a table that has rows.',
    'Give it a default; or add it nullable, fill it, and rebuild.',
  ),
  addDefault: row(
    'sqlite-add-nonconstant-default',
    'breaking',
    'A default that is not a constant cannot be added to a table that has rows.',
    'Add the column without it and fill the rows in an UPDATE.',
  ),
  addUnique: row(
    'sqlite-add-unique-pk',
    'breaking',
    'ADD COLUMN knows neither UNIQUE nor PRIMARY KEY.',
    'Add the column, then create a unique index.',
  ),
  addReferences: row(
    'sqlite-add-references-default',
    'breaking',
    'With foreign keys on, an added column that references another table must default to NULL.',
    'Leave the default out and fill the rows in an UPDATE.',
  ),
  addStored: row(
    'sqlite-add-stored-generated',
    'breaking',
    'A STORED generated column cannot be added to a table that has rows.',
    'Make it VIRTUAL, or rebuild the table.',
  ),
  addCheck: row(
    'sqlite-add-check-scans',
    'blocking',
    'Every existing row is tested against the added constraint, and one that fails it ends the migration.',
    'Test the rows with a SELECT first.',
  ),
  changeType: row(
    'sqlite-change-type',
    'breaking',
    'The declared type changes what a value is converted to and how it compares; values that do not fit stay as they are.',
    'Count typeof() of the values, and CAST in the copy.',
  ),
  rename: row(
    'sqlite-rename-column-table',
    'breaking',
    'Code that uses the old name fails at once; the rename itself fails while any view or trigger is broken.',
    'Deploy code that knows the new name together with it.',
  ),
  duplicates: row(
    'sqlite-unique-duplicates',
    'breaking',
    'A unique index cannot be made while there are duplicates.',
    'Remove the duplicates first.',
  ),
} as const;

const FILES = {
  writeLock: row(
    'sqlite-write-lock',
    'blocking',
    'While the structure changes nobody else can write to the file, and writers without a busy timeout fail.',
    'Run it when writes are few; give the application a busy timeout.',
  ),
  space: row(
    'sqlite-space',
    'blocking',
    'The copy needs as much room as the table, VACUUM twice that of the file.',
    'Check the free space first.',
  ),
  wrongFile: row(
    'sqlite-wrong-file',
    'breaking',
    'A relative path from another folder names another file, which the engine would create empty.',
    'Give the path from the project, and never create in passing.',
  ),
  noLock: row(
    'sqlite-no-lock-driver',
    'breaking',
    'Remote variants and network folders do not lock as the engine needs it.',
    'Work on the file where it is.',
  ),
} as const;

const GUARDS = {
  otherFile: row(
    'sqlite-other-file',
    'breaking',
    'The statement opens or writes another file, which no snapshot, backup or proof covers; dbsync refuses to send it.',
    'Do it outside of migrations, or make a project of the other file.',
  ),
  journalOff: row(
    'sqlite-journal-off',
    'destructive',
    'A crash, or a statement that fails half-way, leaves the file damaged: nothing is there to go back with.',
    'Leave journal_mode and synchronous as they are.',
  ),
  checksOff: row(
    'sqlite-checks-off',
    'destructive',
    'Rows that are written meanwhile are never checked, not even later.',
    'Leave the checks on; to take a CHECK away, rebuild the table without it.',
  ),
  catalogWrite: row(
    'sqlite-catalog-write',
    'destructive',
    'The schema is changed as text, unchecked: one wrong character and the file no longer opens.',
    'ALTER TABLE, or a rebuild.',
  ),
  triggerActs: row(
    'sqlite-trigger-acts',
    'breaking',
    'Writes of the running application do more than they say, or are refused.',
    'Deploy code that knows of it first; keep the body small.',
  ),
} as const;

/** Every hazard of SQLite, by what it is about. */
export const RULES = { ...DROPS, ...REBUILDS, ...COLUMNS, ...FILES, ...GUARDS } as const;

/** Every hazard of SQLite. */
export const rules: readonly HazardRule[] = Object.values(RULES);
