// Runs PostgreSQL's client programs. Credentials go by the environment, never by arguments; nothing is inherited.
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { openSecret } from '../../target/index.ts';
import type { PostgresAddress } from './address.ts';
import type { Binaries } from './shadow/binaries.ts';

/** libpq's own variables for an address (https://www.postgresql.org/docs/current/libpq-envars.html). */
export const programEnvironment = (address: PostgresAddress): Readonly<Record<string, string>> => ({
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C',
  PGAPPNAME: 'dbsync',
  PGHOST: address.host,
  PGPORT: String(address.port),
  PGUSER: address.user,
  PGDATABASE: address.database,
  PGSSLMODE: address.socket ? 'disable' : address.tls.mode,
  PGCONNECT_TIMEOUT: '15',
  // No file of the user's may change where it connects to.
  PGPASSFILE: os.devNull,
  PGSERVICEFILE: os.devNull,
  ...(address.password && { PGPASSWORD: openSecret(address.password) }),
  ...(address.tls.ca && { PGSSLROOTCERT: address.tls.ca }),
  ...(address.tls.certificate && { PGSSLCERT: address.tls.certificate }),
  ...(address.tls.key && { PGSSLKEY: address.tls.key }),
});

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly binaries: Binaries;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Zero: no limit. */
  readonly timeoutMs: number;
}

/** Runs a program to its end and keeps what it said. Throws only where it cannot be started. */
export const runProgram = (call: Call): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(path.join(call.binaries.folder, call.program), [...call.args], {
      env: call.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(call.timeoutMs > 0 && { timeout: call.timeoutMs, killSignal: 'SIGTERM' as const }),
    });
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => {
      stderr = `${stderr}${data}`.slice(-4000);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr }));
  });
