// Which server and database a session is on, as the server itself says. Reads settings and the control file's facts.
import type { Value } from '../../schema/index.ts';
import type { Timeouts } from '../../target/index.ts';
import type { Address, Identity, Session } from '../contract.ts';
import { postgresAddress } from './address.ts';
import { connectMaintenance } from './connect.ts';
import { explain } from './explain.ts';

/** Where a read-only default was set by the administrator is asked of the catalogue, for the session's own setting hides it. */
const FACTS = `
SELECT pg_catalog.current_setting('server_version') AS version,
  pg_catalog.current_setting('server_version_num')::int AS server_version_num,
  pg_catalog.version() AS banner,
  d.oid::text AS database_oid, d.datname AS database,
  pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collation, d.datctype AS ctype,
  pg_catalog.pg_get_userbyid(d.datdba) AS database_owner,
  current_user AS role, session_user AS session_role, r.rolsuper AS superuser, r.rolcreatedb AS createdb,
  pg_catalog.pg_is_in_recovery() AS in_recovery,
  EXISTS (
    SELECT 1 FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c
    WHERE c IN ('default_transaction_read_only=on', 'default_transaction_read_only=true')
      AND s.setdatabase IN (0, d.oid) AND s.setrole IN (0, r.oid)
  ) AS default_read_only,
  pg_catalog.current_setting('max_connections')::int AS max_connections,
  pg_catalog.current_setting('max_locks_per_transaction')::int AS max_locks_per_transaction,
  pg_catalog.current_setting('wal_level') AS wal_level,
  pg_catalog.current_setting('search_path') AS search_path,
  pg_catalog.current_schema() AS current_schema,
  pg_catalog.has_database_privilege(d.oid, 'CREATE') AS may_create_schema,
  pg_catalog.current_setting('standard_conforming_strings') AS standard_conforming_strings,
  pg_catalog.host(pg_catalog.inet_server_addr()) AS server_address,
  pg_catalog.inet_server_port() AS server_port
FROM pg_catalog.pg_database d
JOIN pg_catalog.pg_roles r ON r.rolname = current_user
WHERE d.datname = pg_catalog.current_database()`;

/** The cluster's number, made by initdb and copied to every physical replica; null where the role may not read it. */
const systemIdentifier = async (session: Session): Promise<string | null> => {
  try {
    const [row] = await session.query(
      'SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()',
    );
    return typeof row?.id === 'string' ? row.id : null;
  } catch (error) {
    if (explain(error).connectionLost) throw error;
    return null;
  }
};

const versionNumbers = (num: number): readonly number[] => [Math.floor(num / 10_000), num % 10_000];

const value = (cell: unknown): Value =>
  typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean' ? cell : null;

/**
 * Asks the server who it is. The identity is the cluster's system identifier and the database's number in it; where the
 * role may not read the identifier, the server's name and port as reached stand for it, and `identity_weak` says so.
 */
export const identify = async (session: Session): Promise<Identity> => {
  const [row = {}] = await session.query(FACTS);
  const system = await systemIdentifier(session);
  const address = postgresAddress(session.address);
  const facts: Record<string, Value> = {};
  for (const [name, cell] of Object.entries(row)) facts[name] = value(cell);
  facts.system_identifier = system;
  facts.identity_weak = system === null;
  const cluster = system ?? `${address.host}:${address.port}`;
  const identity = `pg:${cluster}:${String(row.database_oid)}`;
  return {
    product: 'PostgreSQL',
    version: String(row.version).split(' ')[0] ?? '',
    versionNumbers: versionNumbers(Number(row.server_version_num)),
    display: address.display,
    identity,
    instance: identity,
    facts,
  };
};

/** The same database, whatever the two URLs look like. */
export const same = (a: Identity, b: Identity): boolean => a.identity === b.identity;

/** The server that the address leads to, by a database that every server has; encoding and locale are that one's. Throws CONNECT_*. */
export const identifyServer = async (address: Address, timeouts: Timeouts): Promise<Identity> => {
  const session = await connectMaintenance(postgresAddress(address), timeouts);
  try {
    return await identify(session);
  } finally {
    await session.close();
  }
};
