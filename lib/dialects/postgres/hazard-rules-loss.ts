// The hazards of PostgreSQL that lose data, rules or logic, as data.
import { row } from './hazard-row.ts';

export const LOSS = {
  dropTable: row(
    'pg-drop-table',
    'destructive',
    'The table and its rows are gone.',
    'Stop using it, rename it now and drop it a release later.',
  ),
  dropCascade: row(
    'pg-drop-cascade',
    'destructive',
    'Whatever depends on the object goes with it: views, keys, functions, columns.',
    'List what depends on it and drop each by name, without CASCADE.',
  ),
  dropColumn: row(
    'pg-drop-column',
    'destructive',
    'The values of the column are gone, and code that still names it fails.',
    'Stop using the column in one release and drop it in the next.',
  ),
  recreateColumn: row(
    'pg-drop-and-recreate-column',
    'destructive',
    'The column is dropped and made anew: the name survives, the values do not.',
    'Change its type with USING, or fill a new column from the old one first.',
  ),
  rename: row(
    'pg-suspected-rename',
    'destructive',
    'A rename is written as a drop and a creation: the data does not move.',
    'Use RENAME, or add, copy and drop a release later.',
  ),
  dropSchema: row(
    'pg-drop-schema',
    'destructive',
    'Everything in the schema is gone.',
    'Drop its objects by name, then the empty schema.',
  ),
  dropDatabase: row(
    'pg-drop-database',
    'destructive',
    'The whole database is gone.',
    'Never in a migration.',
  ),
  truncate: row(
    'pg-truncate',
    'destructive',
    'All rows are gone, without firing row triggers.',
    'DELETE the rows that are meant, in batches.',
  ),
  truncateCascade: row(
    'pg-truncate-cascade',
    'destructive',
    'Tables that reference the table are emptied too.',
    'Name every table that shall be emptied, without CASCADE.',
  ),
  dropSequence: row(
    'pg-drop-sequence',
    'destructive',
    'The counter is lost, and defaults that use it fail.',
    'Keep it, or note its last value first.',
  ),
  dropMaterializedView: row(
    'pg-drop-materialized-view',
    'breaking',
    'The stored result and its indexes are gone, and readers fail.',
    'Build the new one beside it and swap the names.',
  ),
  dropView: row('pg-drop-view', 'breaking', 'Queries that read the view fail.', 'Change the code first.'),
  dropPartition: row(
    'pg-drop-partition',
    'destructive',
    'The rows of the partition leave the table.',
    'DETACH it CONCURRENTLY, archive it, drop it later.',
  ),
  enumRemoval: row(
    'pg-enum-value-removal',
    'destructive',
    'Rows that hold the value cannot be converted, or were rewritten before.',
    'Migrate the rows first, count them to zero, then swap the type.',
  ),
  narrowType: row(
    'pg-narrow-type',
    'destructive',
    'Values that do not fit make the change fail, or are cut or rounded.',
    'Count the values that do not fit first, or fill a new column.',
  ),
  usingExpression: row(
    'pg-using-expression',
    'destructive',
    'The values become what the expression makes of them; nobody checked it.',
    'Run the expression as a SELECT first and compare.',
  ),
  setUnlogged: row(
    'pg-set-unlogged',
    'destructive',
    'The table is emptied by a crash and is not replicated.',
    'Keep it logged.',
  ),
  dropExtension: row(
    'pg-drop-extension',
    'destructive',
    'Its types, columns of these types and functions vanish.',
    'List what depends on it first.',
  ),
  dropType: row(
    'pg-drop-type',
    'breaking',
    'Columns and functions of the type fail or go with it.',
    'Change what uses it first.',
  ),
  dropConstraint: row(
    'pg-drop-constraint',
    'breaking',
    'The rule is no longer enforced, and bad rows accumulate.',
    'Add its replacement NOT VALID first, then drop it.',
  ),
  dropRoutine: row(
    'pg-drop-trigger-function',
    'breaking',
    'Logic that ran in the database no longer does.',
    'Keep the old body; change the code that relies on it first.',
  ),
  dropPolicy: row(
    'pg-drop-policy-rls',
    'breaking',
    'Rows that were guarded are exposed, or no longer seen.',
    'Create the new policy before the old one is dropped.',
  ),
  grantRevoke: row(
    'pg-grant-revoke',
    'breaking',
    'Somebody gains or loses access.',
    'A separate, reviewed step.',
  ),
} as const;
