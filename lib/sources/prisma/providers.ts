// Prisma's providers in dbsync's words: the one file of this source where databases are named. It opens nothing.
//
// The ledger's DDL and encodings are those of Prisma's schema engine (schema-engine/connectors/sql-schema-connector/src/flavour).

import type { EngineError, ToolLock } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';

/** How the engine's adapter must translate for one database. Plain data: it crosses into the worker. */
export interface EngineFlavour {
  /** The word that the engine expects of its adapter. */
  readonly adapter: 'postgres' | 'sqlite';
  /** What `RawResult.columns[].type` holds: type numbers of the catalogue, or the words of the column's declaration. */
  readonly columns: 'oids' | 'declared';
  /** How a date and time is bound. */
  readonly datetime: 'text' | 'epoch-ms';
  /** How a script reaches the database; by statement, so that words which the driver's build refuses can be replaced. */
  readonly scripts: 'whole' | 'by statement';
  /** "This database is read-only", as the engine reads it: SQLSTATE 25006, SQLITE_READONLY. */
  readonly readOnly: EngineRefusal;
}

/** An error of an adapter in the engine's own words (`MappedError` of @prisma/driver-adapter-utils). */
export type EngineRefusal =
  | {
      readonly kind: 'postgres';
      readonly code: string;
      readonly severity: string;
      readonly message: string;
      readonly detail: undefined;
      readonly column: undefined;
      readonly hint: undefined;
    }
  | { readonly kind: 'sqlite'; readonly extendedCode: number; readonly message: string };

export interface Provider {
  /** dbsync's word for the database. */
  readonly dialect: string;
  readonly title: string;
  /** Its spellings in a datasource block and in migration_lock.toml; the first is what Prisma writes. */
  readonly names: readonly string[];
  /** The schemes of Prisma's own URLs for it, without the colon. */
  readonly urlSchemes: readonly string[];
  readonly ledgerDdl: string;
  /** One SELECT of one number: whether the ledger is there. Null: only the attempt to read it tells. */
  readonly ledgerExists: string | null;
  /** Whether an error of reading the ledger says that there is none. */
  readonly ledgerMissing: (error: EngineError) => boolean;
  /** A column of the ledger as UTC text or number, whatever the driver does with dates. */
  readonly readTime: (column: string) => string;
  readonly writeTime: (at: Date) => string | number;
  readonly toolLock: ToolLock | null;
  /**
   * How the engine locks where it has no lock of its own name, and a question whether that must be left out, because the run that
   * the engine works for has the database open itself. Null: it has one.
   */
  readonly wholeLock: { readonly statement: RegExp; readonly leftOut: string } | null;
  /**
   * Objects that a schema file cannot say and the engine proposes to drop: rows of `kind` (index, table, default), `owner` (the
   * table of a default) and `name`. And unique indexes (`unique`), which code feels that does not know of them.
   */
  readonly unsayable: string;
  /** Null: the in-process engine cannot work on this database. */
  readonly engine: EngineFlavour | null;
  /** Whether dbsync writes the declared schema in this database's SQL by itself (declared/), as no engine in process can. */
  readonly declared: boolean;
  /** An error of this database as the engine wants to be told. */
  readonly engineError: (error: EngineError) => Readonly<Record<string, unknown>>;
  /** How Prisma of that version sends a migration file, for the atomicity forecast. */
  readonly howSent: (version: readonly number[] | null) => readonly string[];
}

const READ_ONLY = 'dbsync: the engine may only read here';

const utcText = (at: Date): string => at.toISOString().replace('T', ' ').replace('Z', '');

/** Since engines PR 5767 (Prisma 7.4.0) the native engine splits a file and lets each statement commit by itself. */
const postgresHabits = (version: readonly number[] | null): readonly string[] => {
  const whole =
    'sends a migration file as one script, which PostgreSQL runs as one implicit transaction: a failure leaves nothing behind, unless the file commits by itself.';
  const split =
    'sends a migration file statement by statement, and each commits by itself: a failure leaves what ran before it. A file that its splitter cannot read goes as one script.';
  if (!version) return [`Prisma up to 7.3 ${whole}`, `Prisma since 7.4.0 ${split}`];
  const [major = 0, minor = 0] = version;
  return [`Prisma ${version.join('.')} ${major > 7 || (major === 7 && minor >= 4) ? split : whole}`];
};

const POSTGRES: Provider = {
  dialect: 'postgres',
  title: 'PostgreSQL',
  names: ['postgresql', 'postgres'],
  urlSchemes: ['postgresql', 'postgres'],
  ledgerDdl: `CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`,
  // By the search path; and, as that leaves out schemas that the role may not use, by the path's own words in the catalogue,
  // which every role may read: a ledger without privileges is seen (and then LEDGER_UNREADABLE), never taken for missing.
  ledgerExists: `SELECT (to_regclass('_prisma_migrations') IS NOT NULL OR EXISTS (
      SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = '_prisma_migrations' AND c.relkind IN ('r', 'p') AND n.nspname IN (
        SELECT CASE word WHEN '$user' THEN current_user::text ELSE word END
        FROM pg_catalog.unnest(pg_catalog.string_to_array(current_setting('search_path'), ',')) AS part,
             LATERAL (SELECT trim(both ' "' from part) AS word) AS words)))::int AS present`,
  ledgerMissing: (error) => error.code === '42P01',
  readTime: (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  writeTime: (at) => at.toISOString(),
  toolLock: {
    name: 'pg_advisory_lock(72707369), the lock of Prisma Migrate',
    acquire: 'SELECT pg_try_advisory_lock(72707369) AS acquired',
    release: 'SELECT pg_advisory_unlock(72707369) AS released',
  },
  wholeLock: null,
  // Partial, expression and covering indexes, exclusion constraints; partitions; generated columns, which the engine takes for
  // columns with a default (builds 7.1 to 8.1).
  unsayable: `SELECT 'index' AS kind, NULL AS owner, c.relname::text AS name
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      WHERE i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR i.indnkeyatts <> i.indnatts OR i.indisexclusion
    UNION ALL SELECT 'table', NULL, c.relname::text FROM pg_catalog.pg_class c WHERE c.relispartition
    UNION ALL SELECT 'default', c.relname::text, a.attname::text
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.attgenerated <> ''
    UNION ALL SELECT 'unique', NULL, c.relname::text
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indisunique`,
  engine: {
    adapter: 'postgres',
    columns: 'oids',
    datetime: 'text',
    scripts: 'whole',
    readOnly: {
      kind: 'postgres',
      code: '25006',
      severity: 'ERROR',
      message: READ_ONLY,
      detail: undefined,
      column: undefined,
      hint: undefined,
    },
  },
  declared: false,
  engineError: (error) =>
    error.code === '42P01'
      ? { kind: 'TableDoesNotExist', table: /relation "(.*)" does not exist/.exec(error.message)?.[1] }
      : { kind: 'postgres', code: error.code ?? 'XX000', severity: 'ERROR', message: error.message },
  howSent: postgresHabits,
};

const MYSQL: Provider = {
  dialect: 'mysql',
  title: 'MySQL or MariaDB',
  names: ['mysql'],
  urlSchemes: ['mysql'],
  ledgerDdl: `CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             DATETIME(3),
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          DATETIME(3),
    started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
  ledgerExists: null,
  // 1146 (42S02): the table does not exist; a missing privilege is 1142.
  ledgerMissing: (error) => /\b(?:1146|42S02|ER_NO_SUCH_TABLE)\b/.test(error.code ?? ''),
  readTime: (column) => `DATE_FORMAT(${column}, '%Y-%m-%dT%H:%i:%s.%f')`,
  writeTime: utcText,
  toolLock: {
    name: "GET_LOCK('prisma_migrate'), the lock of Prisma Migrate",
    acquire: "SELECT GET_LOCK('prisma_migrate', 0) AS acquired",
    release: "SELECT RELEASE_LOCK('prisma_migrate') AS released",
  },
  wholeLock: null,
  unsayable: `SELECT DISTINCT 'index' AS kind, NULL AS owner, INDEX_NAME AS name FROM information_schema.STATISTICS
    WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME IS NULL
    UNION SELECT 'unique', NULL, INDEX_NAME FROM information_schema.STATISTICS
    WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0`,
  engine: null,
  declared: true,
  engineError: (error) => ({ kind: 'mysql', code: 1105, message: error.message, state: 'HY000' }),
  howSent: () => [
    'Prisma sends a migration file as one multi-statement text; MySQL and MariaDB commit each DDL statement by itself, so a failure leaves what ran before it.',
  ],
};

const SQLITE: Provider = {
  dialect: 'sqlite',
  title: 'SQLite',
  names: ['sqlite'],
  urlSchemes: ['file', 'sqlite'],
  ledgerDdl: `CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`,
  ledgerExists: `SELECT count(*) AS present FROM sqlite_master WHERE type = 'table' AND name = '_prisma_migrations'`,
  ledgerMissing: (error) => /no such table: (main\.)?_prisma_migrations/.test(error.message),
  readTime: (column) => column,
  // Prisma's native engine stores integers; text beside them would break its ORDER BY started_at.
  writeTime: (at) => at.getTime(),
  toolLock: null,
  // In WAL mode every open connection keeps a shared lock on the file (sqlite.org/walformat.html, section 2.2).
  wholeLock: {
    statement: /^\s*pragma\s+(?:main\.)?locking_mode\s*=\s*exclusive/i,
    leftOut: "SELECT journal_mode = 'wal' AS leftOut FROM pragma_journal_mode",
  },
  // Partial and expression indexes: cid -1 is the rowid, -2 an expression (sqlite.org/pragma.html#pragma_index_xinfo).
  unsayable: `SELECT 'index' AS kind, NULL AS owner, l.name AS name
    FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table' AND (l.partial = 1
      OR EXISTS (SELECT 1 FROM pragma_index_xinfo(l.name) x WHERE x.key = 1 AND x.cid = -2))
    UNION ALL SELECT 'unique', NULL, l.name
    FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table' AND l."unique" = 1`,
  engine: {
    adapter: 'sqlite',
    columns: 'declared',
    datetime: 'epoch-ms',
    scripts: 'by statement',
    readOnly: { kind: 'sqlite', extendedCode: 8, message: READ_ONLY },
  },
  declared: false,
  engineError: (error) => ({ kind: 'sqlite', extendedCode: 1, message: error.message }),
  howSent: () => [
    'Prisma sends a migration file as one script without a transaction of its own; on SQLite each statement commits by itself unless the file says BEGIN.',
  ],
};

const PROVIDERS: readonly Provider[] = [POSTGRES, MYSQL, SQLITE];

/** The provider of a dialect. Throws SOURCE_UNSUPPORTED where Prisma has none. */
export const providerOfDialect = (dialect: string): Provider => {
  const found = PROVIDERS.find((provider) => provider.dialect === dialect);
  if (found) return found;
  throw new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `Prisma migrations cannot be applied to the database "${dialect}".`,
    next: [`Use one of: ${PROVIDERS.map((provider) => provider.dialect).join(', ')}.`],
  });
};

/** The provider of a name in a datasource block; undefined where dbsync has no such database. */
export const providerOfName = (name: string): Provider | undefined =>
  PROVIDERS.find((provider) => provider.names.includes(name.toLowerCase()));

/** The provider that a URL's scheme means to Prisma; undefined where dbsync has none. */
export const providerOfUrl = (url: string): Provider | undefined => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  return PROVIDERS.find((provider) => scheme !== undefined && provider.urlSchemes.includes(scheme));
};

/** Every provider name that dbsync can work with. */
export const providerNames = (): readonly string[] =>
  PROVIDERS.flatMap((provider) => provider.names.slice(0, 1));
