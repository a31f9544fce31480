// The process hazards: what can go wrong with any database, as data. Knows no dialect; decides nothing.
import type { HazardRule } from './model.ts';
import { mustBeAccepted as opaque, ruleOf as row } from './rule.ts';
import { OF_TARGET } from './rules-target.ts';

const OF_STATEMENTS: readonly HazardRule[] = [
  row(
    'x-delete-no-where',
    'destructive',
    'A DELETE without WHERE empties the table.',
    'Name the rows in a WHERE clause, and delete in batches.',
  ),
  row(
    'x-update-no-where',
    'destructive',
    'An UPDATE without WHERE overwrites the values of every row.',
    'Restrict it to the rows that need it, such as WHERE the new column IS NULL.',
  ),
  row(
    'x-where-always-true',
    'destructive',
    'The WHERE clause is true for every row, so it restricts nothing.',
    'State the condition that was meant.',
  ),
  row(
    'x-misread-condition',
    'destructive',
    'The server reads the condition otherwise than it looks: other values are written, or other rows are met.',
    'A comma between assignments, AND between comparisons; parentheses around a truth value that is meant.',
  ),
  row(
    'x-large-dml',
    'blocking',
    'One statement changes so many rows that locks and log grow with it.',
    'Change the rows in batches, outside of the migration.',
  ),
  row(
    'x-dml-without-backup',
    'advice',
    'Rows are changed and nothing in the migration keeps what they were.',
    'Copy the affected keys and old values to a table first, or take a backup.',
  ),
  row(
    'x-replace-deletes-rows',
    'destructive',
    "REPLACE deletes the rows that it meets and inserts new ones: values that it does not name are lost, and keys that cascade delete other tables' rows.",
    'INSERT ... ON DUPLICATE KEY UPDATE, or ON CONFLICT DO UPDATE: they change the row that is there.',
  ),
  row(
    'x-object-exists',
    'breaking',
    'A table is made although an earlier migration made it: the statement fails.',
    'ALTER the table that is there, or drop it first; IF NOT EXISTS passes over whatever has the name.',
  ),
  row(
    'x-insert-seed-conflict',
    'advice',
    'An INSERT without a conflict clause fails where the row is already there.',
    'Say what happens on conflict, or insert only where the row is missing.',
  ),
  row(
    'x-mixed-ddl-dml',
    'blocking',
    'Structure and rows are changed in one migration: locks are held while the rows are worked on.',
    'Put the data work into a migration of its own.',
  ),
  row(
    'x-non-tx-statement',
    'breaking',
    'The statement cannot run in a transaction, so a failure after it is not rolled back.',
    'Keep it alone in its migration.',
  ),
  row(
    'x-mixed-tx',
    'breaking',
    'Statements that can and that cannot run in a transaction stand in one migration; neither mode is right.',
    'Split the migration.',
  ),
  row(
    'x-measured-work',
    'blocking',
    'A statement that no other hazard speaks of was seen to read or write a whole table.',
    'Split it into steps that do less, or run it at a quiet time.',
  ),
  row(
    'x-measured-lock',
    'blocking',
    'A statement that cannot be read was seen to lock a table that is in use.',
    'Write the statements out, each in a migration of its own, and run them at a quiet time.',
  ),
  row(
    'x-not-atomic',
    'advice',
    'A failure can leave the first part of the run in place.',
    'Read which statements commit by themselves; keep the migrations small.',
  ),
  opaque(
    'x-dynamic-sql',
    'advice',
    'The statement builds or calls code that is not in its text, so nobody can say what it does.',
    'Write the statements out, or accept it after reading the code that it runs.',
  ),
  opaque(
    'x-reaches-outside',
    'breaking',
    'The statement acts outside of the database: on files or programs of the machine, on the server itself, on another server or database. No rollback, backup or proof covers it.',
    'Move it out of the migrations, into the set-up of the server.',
  ),
  opaque(
    'x-unparseable',
    'advice',
    'The text is not understood, so no rule has looked at it.',
    'Correct it, or accept it after reading it.',
  ),
  row(
    'x-client-directive',
    'breaking',
    'The line is a command of a command-line client; the database does not know it.',
    'Remove it, or write the SQL that it stands for.',
  ),
  row(
    'x-create-or-replace',
    'breaking',
    'The body that exists is replaced; the old one is only in the snapshot.',
    'Compare both bodies before approving.',
  ),
  row(
    'x-if-not-exists-mask',
    'advice',
    'IF NOT EXISTS passes over an object of that name which is not the same.',
    'Alter the existing object, or leave IF NOT EXISTS out.',
  ),
  row(
    'x-secret-in-sql',
    'advice',
    'A password or token stands in the text, and so in the history, in logs and in artifacts.',
    'Set it outside of the migration, and change it: it is known now.',
  ),
  row(
    'x-reset-command',
    'destructive',
    'Everything is dropped and made anew.',
    'Never against a database that holds data: drop single objects by name.',
  ),
  row(
    'x-rename-as-drop-add',
    'destructive',
    'What looks like a rename is written as a drop and a creation: the data does not move.',
    'Rename it, or add the new one, copy the values and drop the old one a release later.',
  ),
  row(
    'x-pending-data-migration',
    'breaking',
    'The constraint needs data that only a step in code brings.',
    'Run the step first, and check the rows with a query.',
  ),
  row(
    'x-contract-too-early',
    'breaking',
    'Code that still runs uses what is removed.',
    'Remove the use in one release and the object in the next.',
  ),
];

const OF_HISTORY: readonly HazardRule[] = [
  row(
    'x-edited-migration',
    'breaking',
    'A migration that was applied has another text now: history and database differ.',
    'Restore the file, and put the change into a new migration.',
  ),
  row(
    'x-edited-whitespace',
    'advice',
    'An applied migration differs only in line ends, byte order mark or comments.',
    'Restore the file if the tool complains.',
  ),
  row(
    'x-deleted-migration',
    'breaking',
    'The ledger names a migration that the project no longer has.',
    'Bring the file back from version control.',
  ),
  row(
    'x-db-ahead',
    'breaking',
    'The database has migrations that this code does not know: an old branch is about to be deployed.',
    'Deploy from the branch that has them.',
  ),
  row(
    'x-histories-diverge',
    'breaking',
    'Project and database each have migrations that the other lacks.',
    'Find the last one in common, and merge the branches.',
  ),
  opaque(
    'x-out-of-order',
    'breaking',
    'A pending migration is older than the last applied one; nobody tested them in this order.',
    'Rename it to come last, or accept the order.',
  ),
  row(
    'x-duplicate-version',
    'breaking',
    'Two migrations have the same version or the same text.',
    'Remove one of them.',
  ),
  row(
    'x-multiple-heads',
    'breaking',
    'The history has several ends; the tool does not know which to follow.',
    'Merge the heads.',
  ),
  row(
    'x-failed-in-ledger',
    'breaking',
    'The ledger holds a migration that failed and was not resolved.',
    'See what it left, and resolve it as applied or rolled back.',
  ),
  row(
    'x-running-in-ledger',
    'breaking',
    'A migration of the ledger is still running in another session.',
    'Wait for it; recovering now would apply it twice.',
  ),
  row(
    'x-baseline-required',
    'breaking',
    'The database holds objects and has no ledger: the first migration would fail.',
    'Prove which migrations it already contains, and record those as applied.',
  ),
  row(
    'x-provider-mismatch',
    'breaking',
    'The migrations were written for another kind of database.',
    'Use the history that belongs to this database.',
  ),
  row(
    'x-push-on-managed-db',
    'breaking',
    'Push changes a database that a ledger manages: the two diverge.',
    'Make a migration instead.',
  ),
];

/** Every process hazard of the catalogue. */
export const PROCESS_RULES: readonly HazardRule[] = [...OF_STATEMENTS, ...OF_HISTORY, ...OF_TARGET];

const BY_CODE: ReadonlyMap<string, HazardRule> = new Map(PROCESS_RULES.map((rule) => [rule.code, rule]));

/** A process hazard's rule. A code that does not exist is a bug. */
export const processRule = (code: string): HazardRule => {
  const rule = BY_CODE.get(code);
  if (!rule) throw new Error(`No process hazard is called ${code}.`);
  return rule;
};
