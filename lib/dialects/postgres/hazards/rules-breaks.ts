// The hazards of PostgreSQL that break code, replication or the migration itself, as data.
import { row } from './row.ts';

export const BREAKS = {
  renameColumn: row(
    'pg-rename-column',
    'breaking',
    'Code that uses the old name fails at once.',
    'Add the new column, write both, drop the old one later; or a view.',
  ),
  renameTable: row(
    'pg-rename-table',
    'breaking',
    'Code that uses the old name fails at once.',
    'Leave a view with the old name.',
  ),
  renameSchema: row(
    'pg-rename-schema',
    'breaking',
    'Code and search paths that use the old name fail at once.',
    'A new schema with views.',
  ),
  renameEnumValue: row(
    'pg-rename-enum-value',
    'breaking',
    'Old code writes a label that no longer exists.',
    'Add the new value and migrate the rows.',
  ),
  renameOther: row(
    'pg-rename-constraint-index',
    'breaking',
    'ON CONFLICT ON CONSTRAINT, and code that reads names out of errors, fails.',
    'Look for the old name in the code.',
  ),
  dropNotNull: row(
    'pg-drop-not-null',
    'breaking',
    'Readers that never met NULL will.',
    'Change the code first.',
  ),
  enumAdd: row(
    'pg-enum-add-value-tx',
    'breaking',
    'The new value cannot be used before it is committed; dbsync commits it by itself, and it stays when the rest fails.',
    'A migration of its own for the value; use it in the next.',
  ),
  enumOrder: row(
    'pg-enum-order',
    'advice',
    'Without BEFORE or AFTER the value sorts last.',
    'State its place.',
  ),
  changeDefault: row(
    'pg-change-default',
    'breaking',
    'Old code that relies on the default inserts something else.',
    'Change the code first.',
  ),
  jsonColumn: row(
    'pg-json-column',
    'advice',
    'json has no equality: DISTINCT, GROUP BY and UNION fail.',
    'Use jsonb.',
  ),
  replicaIdentity: row(
    'pg-replica-identity',
    'breaking',
    'UPDATE and DELETE on a published table fail without its replica identity.',
    'Set another identity in the same transaction.',
  ),
  published: row(
    'pg-logical-replication-ddl',
    'breaking',
    'The change is not replicated, and a subscriber stops at the first row that does not fit.',
    'Add on the subscriber first, drop there last.',
  ),
  redirects: row(
    'pg-rule-redirects-writes',
    'breaking',
    'A statement on the relation does something else than it says: counts, RETURNING and errors are those of another statement.',
    'A trigger says the same in one place, and keeps the statement.',
  ),
  foreignSource: row(
    'pg-foreign-source',
    'breaking',
    'Foreign tables show the rows of another place, with another login, or nothing.',
    'Make a new foreign table beside the old one and compare before the names are swapped.',
  ),
  extensionPrivilege: row(
    'pg-create-extension-privilege',
    'breaking',
    'Only a superuser, or a role that the provider allows, can create the extension; others are refused in the middle of the run.',
    'Create it beforehand with the rights that it needs, and write IF NOT EXISTS.',
  ),
  rowsRefused: row(
    'pg-rows-refused',
    'breaking',
    'A row that is there does not allow the statement, which fails.',
    'Mend the rows that the question finds first.',
  ),
  domainConstraint: row(
    'pg-domain-constraint',
    'blocking',
    'Every table that uses the domain is read.',
    'A CHECK on the table, NOT VALID first.',
  ),
  transactionControl: row(
    'pg-explicit-tx-control',
    'breaking',
    'The file begins or ends transactions by itself: what is before a COMMIT stays when the rest fails.',
    'Leave BEGIN and COMMIT out; dbsync wraps the migration.',
  ),
  sequenceNarrow: row(
    'pg-sequence-narrow',
    'breaking',
    'The counter ends at the last number of the smaller type, where every insert fails; beyond it the statement itself does.',
    'Leave it bigint: a sequence costs the same whatever its type.',
  ),
  sequenceSet: row(
    'pg-sequence-set',
    'breaking',
    'The counter gives numbers again that it gave before: inserts fail on the key, or a number means another row than it did.',
    'Set it from the rows: SELECT setval(..., (SELECT max(id) FROM ...)).',
  ),
  settingLeak: row(
    'pg-session-setting-leak',
    'breaking',
    'The setting outlives the migration and acts on the following ones.',
    'SET LOCAL.',
  ),
} as const;
