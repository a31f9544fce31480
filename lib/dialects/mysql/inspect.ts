// The inspector: reads the whole schema of the connection's database, one question per kind of object. Writes nothing.
import { type Snapshot, snapshotOf } from '../../schema/index.ts';
import type { InspectOptions, Row, Session } from '../contract.ts';
import { must, type Scope } from './inspect/canonical.ts';
import { readDetails, tablesInNeed } from './inspect/details.ts';
import { eventObjects } from './inspect/events.ts';
import { leaveOut } from './inspect/ignore.ts';
import { routineObjects } from './inspect/routines.ts';
import { sequenceObjects, sequenceTypes } from './inspect/sequences.ts';
import { isSequence, isTable, type TableRows, tableObjects } from './inspect/tables.ts';
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

const readCapabilities = async (session: Session): Promise<Capabilities> => {
  const rows = await session.query(CAPABILITIES);
  const known = new Set(rows.map((row) => `${must(row, 'v')}.${must(row, 'c')}`.toUpperCase()));
  return { has: (view, column) => known.has(`${view}.${column}`) };
};

const readScope = async (session: Session): Promise<Scope> => {
  const [row] = await session.query('SELECT DATABASE() AS name, CURRENT_USER() AS role');
  return { schema: String(row?.name), role: String(row?.role), mariadb: mysqlSession(session).mariadb };
};

const readTables = async (
  session: Session,
  schema: string,
  capabilities: Capabilities,
): Promise<TableRows> => {
  const checksSql = checksQuery(schema, capabilities);
  const tables = await session.query(tablesQuery(schema));
  // A schema without tables is not asked for what only tables have.
  const none: readonly Row[] = [];
  const some = tables.some(isTable);
  const ask = (sql: string): Promise<readonly Row[]> => (some ? session.query(sql) : Promise.resolve(none));
  const columns = tables.length > 0 ? await session.query(columnsQuery(schema, capabilities)) : none;
  const indexes = await ask(indexesQuery(schema, capabilities));
  const foreignKeyColumns = await ask(foreignKeyColumnsQuery(schema));
  const foreignKeyRules = foreignKeyColumns.length > 0 ? await ask(foreignKeyRulesQuery(schema)) : none;
  const checks = checksSql === null ? none : await ask(checksSql);
  const partitioned = tables.some((row) => must(row, 'options').includes('partitioned'));
  const partitions = partitioned ? await ask(partitionsQuery(schema)) : none;
  const triggers = await ask(triggersQuery(schema));
  const details = await readDetails(session, tablesInNeed({ indexes, checks, partitions }));
  return {
    tables,
    columns,
    indexes,
    foreignKeyColumns,
    foreignKeyRules,
    checks,
    partitions,
    triggers,
    details,
  };
};

/** The schema as the server describes it. Counters (AUTO_INCREMENT, a sequence's position) are data and not in it. */
export const inspect = async (session: Session, options: InspectOptions): Promise<Snapshot> => {
  const scope = await readScope(session);
  const capabilities = await readCapabilities(session);
  const rows = await readTables(session, scope.schema, capabilities);
  const hasViews = rows.tables.some((row) => must(row, 'type') === 'VIEW');
  const viewRows = hasViews ? await session.query(viewsQuery(scope.schema, capabilities)) : [];
  const routines = await session.query(routinesQuery(scope.schema));
  const parameters = routines.length > 0 ? await session.query(parametersQuery(scope.schema)) : [];
  const events = await session.query(eventsQuery(scope.schema));
  const sequences = rows.tables.filter(isSequence).map((row) => must(row, 'name'));
  const objects = [
    ...tableObjects(rows, scope),
    ...(await viewObjects(session, viewRows, scope)),
    ...routineObjects(routines, parameters, scope),
    ...eventObjects(events, scope),
    ...(await sequenceObjects(session, sequences, sequenceTypes(rows.columns))),
  ];
  return snapshotOf('mysql', leaveOut(objects, options.ignore));
};
