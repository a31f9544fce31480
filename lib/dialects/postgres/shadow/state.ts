// What belongs to a private server and not to one database of it: roles, settings, other databases. Tells a used server from a
// new one. Never used on a server that is not dbsync's own.
import type { Session } from '../../contract.ts';
import { quote } from '../quote.ts';

/** Catalogs that all databases of a server share (https://www.postgresql.org/docs/current/catalog-pg-class.html, relisshared). */
const SHARED = `
SELECT relname FROM pg_catalog.pg_class
WHERE relisshared AND relkind = 'r' AND relnamespace = 'pg_catalog'::pg_catalog.regnamespace ORDER BY relname`;

/** The rest that outlives a database: ALTER SYSTEM, replication slots, prepared transactions. */
const OUTSIDE: readonly string[] = [
  `SELECT name || '=' || coalesce(setting, '') AS line FROM pg_catalog.pg_file_settings`,
  'SELECT slot_name::text AS line FROM pg_catalog.pg_replication_slots',
  'SELECT gid AS line FROM pg_catalog.pg_prepared_xacts',
];

/** Grow by themselves. */
const COUNTERS = ['datfrozenxid', 'datminmxid'];

const linesOf = (catalog: string): string => {
  const counters = COUNTERS.map((column) => ` - '${column}'`).join('');
  return `SELECT (pg_catalog.to_jsonb(c)${counters})::text AS line FROM pg_catalog.${quote(catalog)} c`;
};

/** A hash of everything in the server that its databases share; the same for the same state. */
export const serverState = async (session: Session): Promise<string> => {
  const catalogs = (await session.query(SHARED)).map((row) => linesOf(String(row.relname)));
  const parts = [...catalogs, ...OUTSIDE].map(
    (lines) => `(SELECT pg_catalog.md5(pg_catalog.string_agg(line, ',' ORDER BY line)) FROM (${lines}) x)`,
  );
  const [row] = await session.query(
    `SELECT pg_catalog.array_to_string(ARRAY[${parts.join(', ')}], ' ', '-') AS state`,
  );
  return String(row?.state);
};

/** Roles that initdb did not make: object numbers from 16384 on are given out by a running server (access/transam.h). */
const MADE_ROLES = 'SELECT rolname FROM pg_catalog.pg_roles WHERE oid >= 16384';

/** Removes the roles that a shadow brought and says whether the server is again as it was. Throws where a role is still needed. */
export const isRenewed = async (session: Session, fresh: string): Promise<boolean> => {
  const roles = (await session.query(MADE_ROLES)).map((row) => quote(String(row.rolname)));
  if (roles.length > 0) await session.execute(`DROP ROLE ${roles.join(', ')}`);
  return (await serverState(session)) === fresh;
};
