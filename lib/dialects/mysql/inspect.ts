// The inspector: reads the whole schema of the connection's database, one question per kind of object. Writes nothing.
import { type Snapshot, snapshotOf } from '../../schema/index.ts';
import type { InspectOptions, Row, Session } from '../contract.ts';
import { byTable, must, type Scope } from './inspect/canonical.ts';
import { readDetails, tablesInNeed } from './inspect/details.ts';
import { eventObjects } from './inspect/events.ts';
import { leaveOut } from './inspect/ignore.ts';
import { routineObjects } from './inspect/routines.ts';
import { sequenceObjects, sequenceTypes } from './inspect/sequences.ts';
import {
  columnChildren,
  foreignKeyChildren,
  indexChildren,
  isSequence,
  isTable,
  type TableParts,
  tableObjects,
  triggerChildren,
} from './inspect/tables.ts';
import { viewObjects } from './inspect/views.ts';
import {
  CAPABILITIES,
  type Capabilities,
  checksQuery,
  columnsQuery,
  eventsQuery,
  foreignKeyColumnsQuery,
  foreignKeyRulesQuery,
  indexesQuery,
  parametersQuery,
  partitionsQuery,
  routinesQuery,
  tablesQuery,
  triggersQuery,
  viewsQuery,
} from './queries.ts';
import { mysqlSession } from './session.ts';
import { orTableLocked } from './waited.ts';

const readCapabilities = async (session: Session): Promise<Capabilities> => {
  const rows = await session.query(CAPABILITIES);
  const known = new Set(rows.map((row) => `${must(row, 'v')}.${must(row, 'c')}`.toUpperCase()));
  return { has: (view, column) => known.has(`${view}.${column}`) };
};

const readScope = async (session: Session, options: InspectOptions): Promise<Scope> => {
  const [row] = await session.query('SELECT DATABASE() AS name, CURRENT_USER() AS role');
  return {
    schema: String(row?.name),
    role: options.role ?? String(row?.role),
    mariadb: mysqlSession(session).mariadb,
  };
};

/** Asks, and puts together what was answered before while the server is at it. */
const meanwhile = <T>(asked: Promise<readonly Row[]>, work: () => T): Promise<[readonly Row[], T]> =>
  Promise.all([asked, Promise.resolve().then(work)]);

interface Read {
  readonly parts: TableParts;
  /** The type of each sequence's values. */
  readonly sequenceTypes: ReadonlyMap<string, string>;
}

const readTables = async (session: Session, scope: Scope, capabilities: Capabilities): Promise<Read> => {
  const { schema } = scope;
  const checksSql = checksQuery(schema, capabilities);
  const tables = await session.query(tablesQuery(schema));
  // A schema without tables is not asked for what only tables have.
  const none: readonly Row[] = [];
  const some = tables.some(isTable);
  const ask = (sql: string): Promise<readonly Row[]> => (some ? session.query(sql) : Promise.resolve(none));
  const checkRows = checksSql === null ? none : await ask(checksSql);
  const partitioned = tables.some((row) => must(row, 'options').includes('partitioned'));
  const partitionRows = partitioned ? await ask(partitionsQuery(schema)) : none;
  const checks = byTable(checkRows);
  const columnRows = tables.length > 0 ? await session.query(columnsQuery(schema, capabilities)) : none;
  const [indexRows, columns] = await meanwhile(ask(indexesQuery(schema, capabilities)), () =>
    columnChildren(columnRows, { tables, checks }, scope),
  );
  const details = await readDetails(
    session,
    tablesInNeed({ indexes: indexRows, checks: checkRows, partitions: partitionRows }),
  );
  const [keyRows, indexes] = await meanwhile(ask(foreignKeyColumnsQuery(schema)), () =>
    indexChildren(indexRows, details, scope),
  );
  const rules = keyRows.length > 0 ? await ask(foreignKeyRulesQuery(schema)) : none;
  const [triggerRows, foreignKeys] = await meanwhile(ask(triggersQuery(schema)), () =>
    foreignKeyChildren(keyRows, rules, scope),
  );
  const triggers = triggerChildren(triggerRows, scope);
  const partitions = byTable(partitionRows);
  return {
    parts: { tables, columns, indexes, foreignKeys, triggers, checks, partitions, details },
    sequenceTypes: sequenceTypes(columnRows),
  };
};

/** The schema as the server describes it. Counters (AUTO_INCREMENT, a sequence's position) are data and not in it. Throws TABLE_LOCKED. */
export const inspect = async (session: Session, options: InspectOptions): Promise<Snapshot> => {
  const scope = await readScope(session, options);
  return orTableLocked(session, scope.schema, () => readSchema(session, options, scope));
};

const readSchema = async (session: Session, options: InspectOptions, scope: Scope): Promise<Snapshot> => {
  const capabilities = await readCapabilities(session);
  const { parts, sequenceTypes: types } = await readTables(session, scope, capabilities);
  const hasViews = parts.tables.some((row) => must(row, 'type') === 'VIEW');
  const asked = hasViews ? session.query(viewsQuery(scope.schema, capabilities)) : Promise.resolve([]);
  const [viewRows, tables] = await meanwhile(asked, () => tableObjects(parts, scope));
  const routines = await session.query(routinesQuery(scope.schema));
  const parameters = routines.length > 0 ? await session.query(parametersQuery(scope.schema)) : [];
  const events = await session.query(eventsQuery(scope.schema));
  const sequences = parts.tables.filter(isSequence).map((row) => must(row, 'name'));
  const objects = [
    ...tables,
    ...(await viewObjects(session, viewRows, scope)),
    ...routineObjects(routines, parameters, scope),
    ...eventObjects(events, scope),
    ...(await sequenceObjects(session, sequences, types)),
  ];
  return snapshotOf('mysql', leaveOut(objects, options.ignore));
};
