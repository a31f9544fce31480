// Copies a database's structure into a shadow: pg_dump reads, the shadow's own session writes. Never copies data.
import { DbsyncError } from '../../../errors/index.ts';
import type { Session } from '../../contract.ts';
import { type PostgresAddress, postgresAddress } from '../address.ts';
import { explain } from '../explain.ts';
import { programEnvironment, runProgram } from '../programs.ts';
import { findClients } from './binaries.ts';

const unavailable = (summary: string, why: string): DbsyncError =>
  new DbsyncError('SHADOW_UNAVAILABLE', {
    summary,
    why,
    next: [
      "Install PostgreSQL's client programs (pg_dump) of the server's version or a newer one.",
      'Or repair the history so that it can be replayed from nothing.',
    ],
  });

const majorOf = async (session: Session): Promise<number> => {
  const [row] = await session.query(
    `SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS major`,
  );
  return Number(row?.major);
};

/** The structure as SQL. Throws SHADOW_UNAVAILABLE. */
const dumpStructure = async (address: PostgresAddress, major: number, lockMs: number): Promise<string> => {
  const [binaries] = await findClients('pg_dump', major);
  if (!binaries) {
    throw unavailable(
      `The structure of the live database cannot be copied: there is no pg_dump for PostgreSQL ${major} on this machine.`,
      'pg_dump reads servers of its own version and older ones.',
    );
  }
  const outcome = await runProgram({
    binaries,
    program: 'pg_dump',
    args: ['--schema-only', '--no-password', `--lock-wait-timeout=${Math.max(1, Math.trunc(lockMs))}`],
    environment: programEnvironment(address),
    timeoutMs: 600_000,
  });
  if (outcome.code === 0) return outcome.stdout;
  throw unavailable(
    'pg_dump could not read the structure of the live database.',
    outcome.stderr.trim().slice(0, 1000),
  );
};

/** Meta-commands of psql, and settings that the shadow's version does not have yet. */
const loadable = (dump: string, shadowMajor: number): string =>
  dump
    .split('\n')
    .filter((line) => !/^\\(un)?restrict\b/.test(line))
    .filter((line) => shadowMajor >= 17 || !/^SET transaction_timeout\b/.test(line))
    .join('\n');

/** Builds a dumped structure in an empty database. Throws SHADOW_UNAVAILABLE. */
export const loadStructure = async (dump: string, shadow: Session): Promise<void> => {
  try {
    await shadow.script(loadable(dump, await majorOf(shadow)));
  } catch (error) {
    throw unavailable(
      'The structure of the live database could not be built again in the shadow database.',
      explain(error).message,
    );
  }
};

/** Gives the empty shadow the structure that the target has. Throws SHADOW_UNAVAILABLE. */
export const copyStructure = async (target: Session, shadow: Session, lockMs: number): Promise<void> =>
  loadStructure(await dumpStructure(postgresAddress(target.address), await majorOf(target), lockMs), shadow);
