// What SQLAlchemy calls each of dbsync's databases: driver URLs, the limits of a session, where the guard lets Python go.
// The only file of this folder where a database's name is spelt. Sends nothing.
import type { Address } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type { Timeouts } from '../../target/index.ts';
import {
  type DriverUrl,
  type GuardTarget,
  nowhere,
  placeOf,
  type Server,
  serverTarget,
  serverUrls,
} from './server-url.ts';

/** A statement sent on every new connection before the project can send anything. */
export interface SessionSetting {
  readonly sql: string;
  /** A server that does not know it may go on without. */
  readonly optional: boolean;
}

export interface TableQuestion {
  readonly table: string;
  readonly schema: string | null;
  readonly quote: (name: string) => string;
  readonly placeholder: (position: number) => string;
}

export interface Provider {
  readonly urls: (address: Address) => readonly DriverUrl[];
  readonly target: (address: Address) => GuardTarget;
  readonly limits: (timeouts: Timeouts) => readonly SessionSetting[];
  readonly readOnly: readonly SessionSetting[];
  /** For a shadow database, of which nothing has to survive a crash: no commit waits for the disk. */
  readonly unkept: readonly SessionSetting[];
  /** Ends a statement from a second connection; `%d` is the connection's number. Null: the driver can do it by itself. */
  readonly kill: string | null;
  /** Whether a table is there: `present` is not null in the first row where it is. */
  readonly tableExists: (ask: TableQuestion) => { readonly sql: string; readonly values: readonly string[] };
  /** A URL without a server behind it, for asking env.py what it configures. */
  readonly nowhere: readonly DriverUrl[];
  /** Python modules that nearly every project of this database needs. */
  readonly modules: readonly string[];
  /** How Alembic groups its statements here by default, for the atomicity forecast. */
  readonly atomicity: string;
  /** Whether DDL is undone with its transaction, as the tool drives this engine. */
  readonly rollsBack: boolean;
}

const same = (...names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, name]));

/** libpq's connection parameters that change how, not where, a connection is made (manual, 34.1.2). */
const LIBPQ = same(
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslcrl',
  'application_name',
  'connect_timeout',
  'options',
  'gssencmode',
  'channel_binding',
  'target_session_attrs',
  'keepalives',
);
const TLS_FILES = {
  ...same('ssl_ca', 'ssl_cert', 'ssl_key', 'connect_timeout'),
  sslrootcert: 'ssl_ca',
  sslcert: 'ssl_cert',
  sslkey: 'ssl_key',
};

const POSTGRES: Server = {
  scheme: 'postgresql',
  port: 5432,
  user: 'postgres',
  drivers: [
    { driver: 'psycopg2', module: 'psycopg2', async: false, options: LIBPQ },
    { driver: 'psycopg', module: 'psycopg', async: false, options: LIBPQ },
    { driver: 'asyncpg', module: 'asyncpg', async: true, options: { sslmode: 'ssl' } },
    { driver: 'psycopg', module: 'psycopg', async: true, options: LIBPQ },
    { driver: 'pg8000', module: 'pg8000', async: false, options: {} },
  ],
  socketOptions: ['host'],
  always: {},
};

const MYSQL: Server = {
  scheme: 'mysql',
  port: 3306,
  user: 'root',
  drivers: [
    { driver: 'pymysql', module: 'pymysql', async: false, options: TLS_FILES, encrypt: 'ssl_check_hostname' },
    { driver: 'mysqldb', module: 'MySQLdb', async: false, options: TLS_FILES },
    { driver: 'mysqlconnector', module: 'mysql.connector', async: false, options: TLS_FILES },
    {
      driver: 'aiomysql',
      module: 'aiomysql',
      async: true,
      options: TLS_FILES,
      encrypt: 'ssl_check_hostname',
    },
    { driver: 'asyncmy', module: 'asyncmy', async: true, options: TLS_FILES, encrypt: 'ssl_check_hostname' },
  ],
  socketOptions: ['socket', 'socketPath', 'unix_socket'],
  always: { charset: 'utf8mb4' },
};

const fileUrls = (file: string): readonly DriverUrl[] =>
  [
    { driver: 'pysqlite', module: 'sqlite3', async: false },
    { driver: 'aiosqlite', module: 'aiosqlite', async: true },
  ].map((driver) => ({ ...driver, plain: `sqlite:///${file}`, url: `sqlite+${driver.driver}:///${file}` }));

const fileOf = (address: Address): string => {
  if (address.file && !address.file.includes('?')) return address.file;
  throw new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: 'SQLAlchemy cannot be given the name of this database file.',
    why: 'Its URLs end the file name at a question mark.',
    next: ['Give the file a name without "?".'],
  });
};

const setting = (sql: string, optional = false): SessionSetting => ({ sql, optional });
const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

const PROVIDERS: Readonly<Record<string, Provider>> = {
  sqlite: {
    urls: (address) => fileUrls(fileOf(address)),
    target: (address) => ({ file: fileOf(address) }),
    limits: (timeouts) => [setting(`PRAGMA busy_timeout = ${Math.max(0, Math.floor(timeouts.lockMs))}`)],
    readOnly: [setting('PRAGMA query_only = ON')],
    unkept: [setting('PRAGMA synchronous = OFF')],
    kill: null,
    tableExists: ({ table, placeholder }) => ({
      sql: `SELECT name AS present FROM sqlite_master WHERE type = 'table' AND name = ${placeholder(1)}`,
      values: [table],
    }),
    nowhere: fileUrls('/dbsync-asks-nothing.db'),
    modules: ['sqlite3', 'sqlalchemy.dialects.sqlite'],
    rollsBack: false,
    atomicity:
      'Each revision is a unit, and the driver opens its transaction with the first INSERT, UPDATE or DELETE only: a revision that fails half way leaves the DDL that ran before that.',
  },
  postgres: {
    urls: (address) => serverUrls(POSTGRES, placeOf(address, POSTGRES)),
    target: (address) => serverTarget(POSTGRES, placeOf(address, POSTGRES)),
    limits: ({ lockMs, statementMs }) => [
      setting(`SET lock_timeout = ${Math.floor(lockMs)}`),
      setting(`SET statement_timeout = ${Math.floor(statementMs)}`),
    ],
    readOnly: [setting('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY')],
    unkept: [setting('SET synchronous_commit = off')],
    kill: null,
    tableExists: ({ table, schema, quote, placeholder }) => ({
      sql: `SELECT to_regclass(${placeholder(1)})::text AS present`,
      values: [schema === null ? quote(table) : `${quote(schema)}.${quote(table)}`],
    }),
    nowhere: nowhere(POSTGRES),
    modules: ['sqlalchemy.dialects.postgresql', 'psycopg2', 'psycopg2.extras'],
    rollsBack: true,
    atomicity:
      'All revisions of one call share one transaction, unless env.py sets transaction_per_migration or a revision opens an autocommit_block().',
  },
  mysql: {
    urls: (address) => serverUrls(MYSQL, placeOf(address, MYSQL)),
    target: (address) => serverTarget(MYSQL, placeOf(address, MYSQL)),
    limits: ({ lockMs, statementMs }) => [
      ...(lockMs > 0
        ? [
            setting(`SET SESSION lock_wait_timeout = ${seconds(lockMs)}`),
            setting(`SET SESSION innodb_lock_wait_timeout = ${seconds(lockMs)}`),
          ]
        : []),
      ...(statementMs > 0 ? [setting(`SET SESSION max_statement_time = ${statementMs / 1000}`, true)] : []),
    ],
    readOnly: [setting('SET SESSION TRANSACTION READ ONLY')],
    unkept: [],
    kill: 'KILL QUERY %d',
    tableExists: ({ table, schema, placeholder }) => ({
      sql: `SELECT table_name AS present FROM information_schema.tables WHERE table_name = ${placeholder(1)} AND table_schema = ${schema === null ? 'DATABASE()' : placeholder(2)}`,
      values: schema === null ? [table] : [table, schema],
    }),
    nowhere: nowhere(MYSQL),
    modules: ['sqlalchemy.dialects.mysql', 'pymysql'],
    rollsBack: false,
    atomicity:
      'Every DDL statement commits itself and what is open before it: a revision that fails half way leaves everything up to its last DDL.',
  },
};

/** How to speak of a database in SQLAlchemy's words. Throws SOURCE_UNSUPPORTED. */
export const providerOf = (dialect: string): Provider => {
  const provider = Object.hasOwn(PROVIDERS, dialect) ? PROVIDERS[dialect] : undefined;
  if (provider) return provider;
  throw new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `dbsync does not know how SQLAlchemy reaches a ${dialect} database.`,
    next: [`Known: ${Object.keys(PROVIDERS).join(', ')}.`],
  });
};

const SCHEMES: Readonly<Record<string, string>> = {
  sqlite: 'sqlite',
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};

/** dbsync's word for the database of a SQLAlchemy URL's scheme (`postgresql+asyncpg`); null for a placeholder. */
export const dialectOfScheme = (scheme: string): string | null =>
  SCHEMES[scheme.split('+')[0]?.toLowerCase() ?? ''] ?? null;

/**
 * Every way in which Python opens a database, for the guard: how the driver's connect call names the place. `latin`: it
 * sends a password as Latin-1 (PyMySQL's connections.py), where the server and every other client take it for UTF-8.
 */
export const GUARDED_DRIVERS = [
  { driver: 'pysqlite', module: 'sqlite3', functions: ['connect', 'dbapi2.connect'], style: 'file' },
  { driver: 'aiosqlite', module: 'aiosqlite', functions: [], style: 'file' },
  { driver: 'psycopg2', module: 'psycopg2', functions: ['connect'], style: 'dsn' },
  {
    driver: 'psycopg',
    module: 'psycopg',
    functions: ['connect', 'Connection.connect', 'AsyncConnection.connect'],
    style: 'dsn',
  },
  { driver: 'psycopg_async', module: 'psycopg', functions: [], style: 'dsn' },
  { driver: 'asyncpg', module: 'asyncpg', functions: ['connect', 'create_pool'], style: 'dsn' },
  { driver: 'pg8000', module: 'pg8000', functions: [], style: 'keywords' },
  { driver: 'pymysql', module: 'pymysql', functions: ['connect', 'Connect'], style: 'keywords', latin: true },
  { driver: 'mysqldb', module: 'MySQLdb', functions: ['connect', 'Connect'], style: 'keywords' },
  { driver: 'mysqlconnector', module: 'mysql.connector', functions: ['connect'], style: 'keywords' },
  {
    driver: 'aiomysql',
    module: 'aiomysql',
    functions: ['connect', 'create_pool'],
    style: 'keywords',
    latin: true,
  },
  { driver: 'asyncmy', module: 'asyncmy', functions: ['connect', 'create_pool'], style: 'keywords' },
] as const;

/** Ports where databases listen: a plain socket to one of them is a redirection, not telemetry. */
export const DATABASE_PORTS: readonly number[] = [5432, 5433, 6432, 3306, 3307, 33060, 1433, 1521, 26257];

/** Variables that would send a driver elsewhere although its call names the place; taken from the child's environment. */
export const DRIVER_VARIABLES: readonly string[] = [
  'PGHOSTADDR',
  'PGSERVICE',
  'PGSERVICEFILE',
  'PGHOST',
  'PGPORT',
  'PGDATABASE',
  'PGUSER',
  'PGPASSWORD',
];

/** Names of variables that hold a whole URL in many projects. */
export const URL_VARIABLES: readonly string[] = [
  'DATABASE_URL',
  'DATABASE_URI',
  'DB_URL',
  'DB_URI',
  'SQLALCHEMY_DATABASE_URI',
  'SQLALCHEMY_DATABASE_URL',
  'SQLALCHEMY_URL',
  'ALEMBIC_DATABASE_URL',
  'ALEMBIC_URL',
];

/** A name such as `POSTGRES_SERVER` or `DB_PASSWORD`, cut into its subject and what it holds. */
export const PART_VARIABLE =
  /^(?:[A-Z0-9]+_)*(?:DB|DATABASE|SQL|POSTGRES|POSTGRESQL|PG|MYSQL|MARIADB|RDS)_?(HOST|SERVER|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|PASSWD|NAME|DB|DBNAME|DATABASE)$/;
