// What belongs to a private server and not to one schema of it: settings, accounts, other schemas. Tells a used server from a new
// one. Never used on a server that is not dbsync's own.
import { hashText } from '../../../schema/index.ts';
import type { Session } from '../../contract.ts';
import { quote } from '../quote.ts';

const SCHEMAS = `
SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA ORDER BY 1`;

/** Statistics and logs are written by the server itself. */
const SYSTEM_TABLES = `
SELECT TABLE_NAME FROM information_schema.TABLES
WHERE TABLE_SCHEMA = 'mysql' AND TABLE_TYPE = 'BASE TABLE'
  AND TABLE_NAME NOT LIKE '%\\_stats' AND TABLE_NAME NOT LIKE '%\\_log' AND TABLE_NAME NOT LIKE 'gtid\\_%'
  AND TABLE_NAME NOT LIKE 'innodb\\_%' ORDER BY 1`;

/** A hash of what all schemas of the server share; the same for the same state. */
export const serverState = async (session: Session): Promise<string> => {
  const variables = await session.raw('SHOW GLOBAL VARIABLES');
  const schemas = await session.raw(SCHEMAS);
  const tables = (await session.raw(SYSTEM_TABLES)).rows.map((row) => `mysql.${quote(String(row[0]))}`);
  const sums = await session.raw(`CHECKSUM TABLE ${tables.join(', ')}`);
  const settings = variables.rows.filter(([name]) => !String(name).toLowerCase().startsWith('gtid'));
  return hashText(JSON.stringify([settings, schemas.rows, sums.rows].map((rows) => rows.map(String))));
};

/** Whether nothing of an earlier shadow is left in the server. */
export const isRenewed = async (session: Session, fresh: string): Promise<boolean> =>
  (await serverState(session)) === fresh;

const OTHERS = `
SELECT ID FROM information_schema.PROCESSLIST
WHERE ID <> CONNECTION_ID() AND USER = SUBSTRING_INDEX(CURRENT_USER(), '@', 1)`;

/** Drops a schema of a private server, and ends whoever is still connected. */
export const dropSchema = async (session: Session, name: string): Promise<void> => {
  const { rows } = await session.raw(OTHERS);
  // One that has gone in the meantime is no error.
  for (const [id] of rows) await session.execute(`KILL ${Number(id)}`).catch(() => null);
  await session.execute(`DROP DATABASE ${quote(name)}`);
};
