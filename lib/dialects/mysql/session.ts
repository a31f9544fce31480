// One connection as a Session: read-only where asked, limits in milliseconds, bounded endings. Knows no schema.
import { DbsyncError } from '../../errors/index.ts';
import { splitStatements } from '../../sql/index.ts';
import type { Timeouts } from '../../target/index.ts';
import type { RawResult, Row, Session } from '../contract.ts';
import type { MysqlAddress } from './address.ts';
import { refuseBeyond, refuseWrites } from './guards.ts';
import { scanRulesFor } from './rules.ts';

/** A session with what only this dialect's other files need. */
export interface MysqlSession extends Session {
  readonly address: MysqlAddress;
  /** Whether the server is MariaDB, by its own version text. */
  readonly mariadb: boolean;
  /** The session's sql_mode at its start. */
  readonly sqlMode: string;
  readonly timeouts: Timeouts;
  /** The server's number of this connection, as in the process list. */
  readonly threadId: number;
}

/** What the driver does for a session: one statement at a time, and an end that cannot hang. */
export interface Wire {
  readonly ask: (question: Question) => Promise<Answer>;
  /** Whether the connection ended by itself. */
  readonly isLost: () => boolean;
  readonly end: () => Promise<void>;
}

export interface SessionParts {
  readonly address: MysqlAddress;
  readonly mode: 'read' | 'write';
  readonly timeouts: Timeouts;
  readonly openSecond: () => Promise<Wire>;
}

export interface Question {
  readonly sql: string;
  readonly values?: readonly unknown[];
  readonly asArrays: boolean;
}

export interface Answer {
  readonly rows: readonly unknown[];
  readonly fields: readonly { readonly name: string; readonly type: string | number | null }[];
  readonly affected: number | null;
}

/** A year in seconds: the server's own default for lock_wait_timeout, and its greatest value. */
const NO_LIMIT_SECONDS = 31_536_000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const lockSeconds = (lockMs: number): number =>
  lockMs <= 0 ? NO_LIMIT_SECONDS : Math.max(1, Math.ceil(lockMs / 1000));

/** SQL that sets the limits; MySQL's own statement limit reaches SELECT only, so the session also keeps a clock there. */
const limitStatements = (limits: { lockMs?: number; statementMs?: number }, mariadb: boolean): string[] => {
  const statements: string[] = [];
  if (limits.lockMs !== undefined) {
    const seconds = lockSeconds(limits.lockMs);
    statements.push(
      `SET SESSION lock_wait_timeout = ${seconds}, SESSION innodb_lock_wait_timeout = ${seconds}`,
    );
  }
  if (limits.statementMs !== undefined) {
    const ms = Math.max(0, Math.trunc(limits.statementMs));
    statements.push(
      mariadb ? `SET SESSION max_statement_time = ${ms / 1000}` : `SET SESSION max_execution_time = ${ms}`,
    );
  }
  return statements;
};

interface Opened {
  readonly mariadb: boolean;
  readonly sqlMode: string;
  readonly threadId: number;
}

/** Refused for every role, also for one that the setting would let write: somebody made the server so on purpose. */
const refuseReadOnly = (row: Record<string, unknown>, address: MysqlAddress): void => {
  const locked = ['read_only', 'innodb_read_only'].filter((name) => !/^(0|OFF)$/i.test(String(row[name])));
  if (locked.length === 0) return;
  throw new DbsyncError('DATABASE_UNUSABLE', {
    summary: `The server at ${address.display} is read-only (${locked.join(', ')}).`,
    why: 'It is a replica, or was made so for a maintenance window or a failover.',
    next: ['Use the URL of the primary server.'],
  });
};

/**
 * What MySQL's information_schema answers: sizes and estimates as they are now and not of up to a day ago (8.0), and primary keys that
 * the server made itself (8.0.30), which an administrator may have hidden (manual, "Server System Variables"). Older servers know neither.
 */
const MYSQL_ANSWERS: readonly string[] = [
  'SET SESSION information_schema_stats_expiry = 0',
  'SET SESSION show_gipk_in_create_table_and_information_schema = ON',
];

const setUp = async (wire: Wire, { mode, address }: SessionParts): Promise<Opened> => {
  // The server chooses its own default collation for the character set, as its command-line client would.
  await wire.ask({ sql: 'SET NAMES utf8mb4', asArrays: true });
  await wire.ask({ sql: 'SET SESSION autocommit = 1', asArrays: true });
  if (mode === 'read') await wire.ask({ sql: 'SET SESSION TRANSACTION READ ONLY', asArrays: true });
  const { rows } = await wire.ask({
    // MySQL's super_read_only sets read_only too (manual, super_read_only).
    sql: `SELECT VERSION() AS version, @@SESSION.sql_mode AS mode, CONNECTION_ID() AS id, @@GLOBAL.read_only AS read_only,
      @@GLOBAL.innodb_read_only AS innodb_read_only`,
    asArrays: false,
  });
  const row = isRecord(rows[0]) ? rows[0] : {};
  if (mode === 'write') refuseReadOnly(row, address);
  const mariadb = /mariadb/i.test(String(row.version));
  for (const sql of mariadb ? [] : MYSQL_ANSWERS) await wire.ask({ sql, asArrays: true }).catch(() => null);
  return {
    mariadb,
    sqlMode: String(row.mode),
    threadId: Number(row.id),
  };
};

const killer = (parts: SessionParts, threadId: number) => async (): Promise<void> => {
  try {
    const second = await parts.openSecond();
    await second.ask({ sql: `KILL QUERY ${threadId}`, asArrays: true }).catch(() => undefined);
    await second.end();
  } catch {
    // Nothing to end, or nothing that can be reached: the caller learns it from the statement itself.
  }
};

/** Makes a connection a session: sets it up, and guards everything that is sent on it. */
export const makeSession = async (wire: Wire, parts: SessionParts): Promise<MysqlSession> => {
  const opened = await setUp(wire, parts);
  const cancel = killer(parts, opened.threadId);
  let statementMs = 0;
  let closed = false;

  const guard = (sql: string): void => {
    if (parts.mode === 'read') refuseWrites(sql);
    if (parts.address.shadowOf !== null) refuseBeyond(sql, parts.address.shadowOf);
  };
  /** MySQL limits only SELECT by itself; there the clock is ours. */
  const bounded = async (question: Question): Promise<Answer> => {
    guard(question.sql);
    if (opened.mariadb || statementMs <= 0) return wire.ask(question);
    const timer = setTimeout(() => void cancel(), statementMs);
    try {
      return await wire.ask(question);
    } finally {
      clearTimeout(timer);
    }
  };
  const execute = async (sql: string): Promise<number | null> =>
    (await bounded({ sql, asArrays: true })).affected;

  return {
    mode: parts.mode,
    address: parts.address,
    timeouts: parts.timeouts,
    ...opened,
    query: async (sql, values) => {
      const answer = await bounded({ sql, asArrays: false, ...(values && { values }) });
      return answer.rows.filter(isRecord);
    },
    raw: async (sql, values) => toRaw(await bounded({ sql, asArrays: true, ...(values && { values }) })),
    execute,
    script: async (sql) => {
      for (const statement of splitStatements(sql, { file: 'script', rules: scanRulesFor(opened.sqlMode) })) {
        await execute(statement.text);
      }
    },
    limit: async (limits) => {
      for (const sql of limitStatements(limits, opened.mariadb)) await wire.ask({ sql, asArrays: true });
      if (limits.statementMs !== undefined) statementMs = limits.statementMs;
    },
    cancel,
    isLost: wire.isLost,
    close: async () => {
      if (closed) return;
      closed = true;
      await wire.end();
    },
  };
};

const toRaw = (answer: Answer): RawResult => ({
  columns: answer.fields,
  rows: answer.rows.filter((row): row is readonly unknown[] => Array.isArray(row)),
  affected: answer.affected,
});

const isMysqlSession = (session: Session): session is MysqlSession =>
  'mariadb' in session && 'threadId' in session;

/** Narrows what the contract hands back to what this dialect made. */
export const mysqlSession = (session: Session): MysqlSession => {
  if (isMysqlSession(session)) return session;
  throw new TypeError('The session was not opened by the MySQL dialect.');
};

/** One SELECT within the probe timeout; it fails where it takes longer. */
export const probe = async (session: Session, select: string): Promise<readonly Row[]> => {
  const { mariadb, timeouts } = mysqlSession(session);
  const ms = Math.max(1, timeouts.probeMs);
  return mariadb
    ? session.query(`SET STATEMENT max_statement_time = ${ms / 1000} FOR ${select}`)
    : session.query(select.replace(/^\s*SELECT/i, `SELECT /*+ MAX_EXECUTION_TIME(${ms}) */`));
};
