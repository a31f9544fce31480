// What the server says it is, and which database this is. Knows no schema objects.
import { DbsyncError } from '../../errors/index.ts';
import { hashText, shortHash, type Value } from '../../schema/index.ts';
import type { Timeouts } from '../../target/index.ts';
import type { Address, Identity, Session } from '../contract.ts';
import { displayOf, mysqlAddress } from './address.ts';
import { connectServer } from './connect.ts';
import { mysqlSession } from './session.ts';

/** Variables that analysis, shadows and checks need; those that a server does not have are left out of the facts. */
const VARIABLES: readonly string[] = [
  'sql_mode',
  'lower_case_table_names',
  'character_set_server',
  'collation_server',
  'default_storage_engine',
  'explicit_defaults_for_timestamp',
  'innodb_default_row_format',
  'innodb_page_size',
  'innodb_strict_mode',
  'innodb_online_alter_log_max_size',
  'innodb_read_only',
  'read_only',
  'super_read_only',
  'log_bin',
  'binlog_format',
  'alter_algorithm',
  'foreign_key_checks',
  'sql_require_primary_key',
  'sql_generate_invisible_primary_key',
  'version_comment',
  'wsrep_on',
  'event_scheduler',
  'have_ssl',
  'tls_version',
  'time_zone',
];

/** Parts of a server's identity, in the order in which they are joined. */
const IDENTITY_VARIABLES: readonly string[] = [
  'server_uuid',
  'server_uid',
  'hostname',
  'datadir',
  'server_id',
  'port',
];

const readVariables = async (session: Session): Promise<ReadonlyMap<string, string>> => {
  const names = [...VARIABLES, ...IDENTITY_VARIABLES].map((name) => `'${name}'`).join(', ');
  const { rows } = await session.raw(`SHOW SESSION VARIABLES WHERE Variable_name IN (${names})`);
  return new Map(rows.map((row) => [String(row[0]).toLowerCase(), String(row[1])]));
};

/**
 * Which server: MySQL's own `server_uuid`; a Galera cluster's state UUID, which all its nodes share; else a hash of everything by
 * which a MariaDB server says where it is (`server_uid`, which hashes the hardware address and the port, from 10.5.26, 10.6.19 and
 * 10.11.9 on; host name, data folder, server id, port), since MariaDB stores no identifier with its data.
 */
const serverIdentity = async (session: Session, variables: ReadonlyMap<string, string>): Promise<string> => {
  const uuid = variables.get('server_uuid');
  if (uuid) return uuid;
  if (variables.get('wsrep_on') === 'ON') {
    const { rows } = await session.raw("SHOW STATUS LIKE 'wsrep_cluster_state_uuid'");
    const cluster = rows[0]?.[1];
    if (typeof cluster === 'string' && cluster !== '') return cluster;
  }
  const parts = IDENTITY_VARIABLES.map((name) => variables.get(name) ?? '');
  return shortHash(hashText(parts.join('\u0000')));
};

/** `10.11.19-MariaDB-0+deb12u1` to `10.11.19`; old servers put `5.5.5-` in front for the sake of replicas. */
const versionOf = (text: string): string =>
  /\d+(\.\d+)+/.exec(text.replace(/^5\.5\.5-(?=\d+\.)/, ''))?.[0] ?? text;

const factOf = (value: string): Value => (/^\d{1,15}$/.test(value) ? Number(value) : value);

interface Own {
  readonly version: string;
  /** Null: no database is selected. */
  readonly schema: string | null;
  readonly role: string;
  readonly characterSet: string | null;
  readonly collation: string | null;
}

const readOwn = async (session: Session): Promise<Own> => {
  const [row] = await session.query(
    `SELECT VERSION() AS version, DATABASE() AS db, CURRENT_USER() AS role,
            @@character_set_database AS charset_name, @@collation_database AS collation_name`,
  );
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    version: String(row?.version),
    schema: text(row?.db),
    role: String(row?.role),
    characterSet: text(row?.charset_name),
    collation: text(row?.collation_name),
  };
};

const identityOf = async (session: Session, own: Own & { readonly schema: string }): Promise<Identity> => {
  const variables = await readVariables(session);
  const server = await serverIdentity(session, variables);
  const folded = variables.get('lower_case_table_names') === '0' ? own.schema : own.schema.toLowerCase();
  const identity = `mysql:${server}:${folded}`;
  const facts: Record<string, Value> = { role: own.role, schema: own.schema };
  if (own.characterSet !== null) facts.character_set_database = own.characterSet;
  if (own.collation !== null) facts.collation_database = own.collation;
  for (const name of VARIABLES) {
    const value = variables.get(name);
    if (value !== undefined) facts[name] = factOf(value);
  }
  const version = versionOf(own.version);
  const { address, mariadb } = mysqlSession(session);
  return {
    product: mariadb ? 'MariaDB' : 'MySQL',
    version,
    versionNumbers: version.split('.').map(Number),
    display: displayOf({ ...address, database: own.schema }),
    identity,
    // Neither server records when a schema was made: a schema that was dropped and made anew shows in its ledger and fingerprint.
    instance: shortHash(hashText(identity)),
    facts,
  };
};

/** Asks the server what it is. Throws DATABASE_UNUSABLE without a selected database. */
export const identify = async (session: Session): Promise<Identity> => {
  const { schema, ...own } = await readOwn(session);
  if (schema !== null) return identityOf(session, { ...own, schema });
  throw new DbsyncError('DATABASE_UNUSABLE', { summary: 'The connection has no database selected.' });
};

/** The server that the address leads to, with the character set that a database made there now would have. Throws CONNECT_*. */
export const identifyServer = async (address: Address, timeouts: Timeouts): Promise<Identity> => {
  const session = await connectServer(address, { mode: 'read', timeouts });
  try {
    return await identityOf(session, { ...(await readOwn(session)), schema: mysqlAddress(address).database });
  } finally {
    await session.close();
  }
};
