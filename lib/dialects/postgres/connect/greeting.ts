// The first words with a server: what it is, whether it can be written to, and whether one connection is one session.
import { DbsyncError } from '../../../errors/index.ts';
import type { PostgresAddress } from '../address.ts';
import { codeOf } from '../explain.ts';
import { OLDEST_MAJOR } from '../rules.ts';

/** The part of a driver's connection that is needed here. */
export interface Asker {
  query<R extends object>(sql: string): Promise<{ readonly rows: readonly R[] }>;
}

export interface Greeting {
  readonly pid: number;
  readonly versionNum: number;
  readonly version: string;
  readonly inRecovery: boolean;
}

const GREETING = `SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.current_setting('server_version_num')::int AS "versionNum",
  pg_catalog.version() AS version, pg_catalog.pg_is_in_recovery() AS "inRecovery"`;

export const greet = async (client: Asker): Promise<Greeting> => {
  const { rows } = await client.query<Greeting>(GREETING);
  const [row] = rows;
  if (!row) throw new Error('the server answered with nothing');
  return row;
};

/** Asked after the settings, in a transaction of its own: the default reaches only those that begin later. */
export const isReadOnly = async (client: Asker): Promise<boolean> => {
  const { rows } = await client.query<{ readonly value: string }>(
    `SELECT pg_catalog.current_setting('transaction_read_only') AS value`,
  );
  return rows[0]?.value === 'on';
};

const FOREIGN = /CockroachDB|Redshift|YugaByte|-YB-|Materialize|RisingWave|QuestDB/i;

const unusable = (summary: string, why: string): DbsyncError =>
  new DbsyncError('DATABASE_UNUSABLE', {
    summary,
    why,
    next: ['Use a PostgreSQL server that dbsync supports (reference/dialects/postgres.md).'],
  });

/** Throws DATABASE_UNUSABLE for what is no PostgreSQL, too old, or a standby where writing is meant. */
export const checkGreeting = (greeting: Greeting, address: PostgresAddress, mode: 'read' | 'write'): void => {
  if (mode === 'write' && greeting.inRecovery) {
    throw unusable(
      `${address.display} is a standby: it replays another server and refuses every write.`,
      'A primary that failed over, or a read-only endpoint of a provider, leads here too.',
    );
  }
  const foreign = FOREIGN.exec(greeting.version);
  if (foreign) {
    throw unusable(
      `${address.display} is ${foreign[0]}, not PostgreSQL.`,
      'It speaks the protocol but keeps another catalogue.',
    );
  }
  if (greeting.versionNum < OLDEST_MAJOR * 10_000) {
    throw unusable(
      `${address.display} runs PostgreSQL ${Math.floor(greeting.versionNum / 10_000)}, which is too old.`,
      `dbsync reads the catalogue of PostgreSQL ${OLDEST_MAJOR} and later without gaps.`,
    );
  }
};

/** Throws DATABASE_UNUSABLE where a session would write that should not, or cannot that should. */
export const checkMode = (readOnly: boolean, address: PostgresAddress, mode: 'read' | 'write'): void => {
  if (mode === 'read' && !readOnly) {
    throw unusable(
      `${address.display} does not keep a session read-only.`,
      'The setting default_transaction_read_only did not take effect; a pooler in transaction mode can cause it.',
    );
  }
  if (mode === 'write' && readOnly) {
    throw unusable(
      `Sessions of this role at ${address.display} are read-only by default (default_transaction_read_only).`,
      'Somebody set it for the server, the database or the role, usually on purpose: a replica, or a maintenance window.',
    );
  }
};

/** A second connection to the same address, in bounded time. */
export interface Elsewhere {
  readonly address: PostgresAddress;
  readonly withOther: <T>(work: (other: Asker) => Promise<T>) => Promise<T>;
}

/**
 * Refuses a pooler that gives every transaction another session. A pooler greets with a process number of its own, so a session that
 * was greeted by the server's is direct. Otherwise a second connection opens a transaction and holds a session with it: were both
 * connections sessions of their own, that could not be the one that answered here.
 */
export const refusePooler = async (
  client: Asker,
  greeting: Greeting,
  { address, withOther }: Elsewhere,
): Promise<void> => {
  if (Reflect.get(client, 'processID') === greeting.pid) return;
  const pids = new Set([greeting.pid, (await greet(client)).pid, (await greet(client)).pid]);
  const pid = await withOther(async (other) => {
    try {
      await other.query('BEGIN');
    } catch (error) {
      // In statement mode PgBouncer itself refuses a transaction, as a protocol violation.
      if (codeOf(error) === '08P01') return greeting.pid;
      throw error;
    }
    const seen = (await greet(other)).pid;
    await other.query('ROLLBACK');
    return seen;
  });
  if (pids.size === 1 && !pids.has(pid)) return;
  throw new DbsyncError('DATABASE_UNUSABLE', {
    summary: `${address.display} is behind a pooler in transaction mode: one connection is not one session.`,
    why: 'There the runner lock and the time limits do not hold, and a setting would stay behind for others. Nothing was set.',
    next: [
      'Use the direct URL of the server (often the variable DIRECT_URL), or the pooler in session mode.',
    ],
  });
};
