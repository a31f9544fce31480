// A backup with pg_dump, looked at with pg_restore. Reads the database; writes one file.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DbsyncError } from '../../errors/index.ts';
import type { BackupEvidence, BackupRequest, Identity, Session } from '../contract.ts';
import { type PostgresAddress, postgresAddress } from './address.ts';
import { type Outcome, programEnvironment, runProgram } from './programs.ts';
import { type Binaries, findClients } from './shadow/binaries.ts';

const failed = (summary: string, why: string): DbsyncError =>
  new DbsyncError('BACKUP_FAILED', {
    summary,
    why: why.trim().slice(0, 1000),
    next: ['Repair the cause, or take a backup by your own means and name it in the approval.'],
  });

const findDump = async (major: number): Promise<Binaries> => {
  const [binaries] = await findClients('pg_dump', major);
  if (binaries) return binaries;
  throw new DbsyncError('BACKUP_TOOL_MISSING', {
    summary: `There is no pg_dump for PostgreSQL ${major} on this machine.`,
    why: 'pg_dump reads servers of its own version and older ones.',
    next: [
      "Install PostgreSQL's client programs of that version or a newer one.",
      'Or take a backup by your own means (a snapshot, the provider’s backup) and name it in the approval.',
    ],
  });
};

const sha256 = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

/** Opened anew with rights for the owner alone: an archive holds all data, and one that exists is never overwritten. */
const reserve = async (file: string): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'wx', 0o600);
  await handle.close();
};

const dump = (
  binaries: Binaries,
  address: PostgresAddress,
  request: BackupRequest,
  file: string,
): Promise<Outcome> =>
  runProgram({
    binaries,
    program: 'pg_dump',
    args: [
      '--format=custom',
      '--no-password',
      `--lock-wait-timeout=${Math.max(1, request.timeouts.lockMs)}`,
      `--file=${file}`,
    ],
    environment: programEnvironment(address),
    timeoutMs: 0,
  });

/** The archive's own list of contents: that it can be read to its end, and holds the data of as many tables as there are. */
const readBack = async (binaries: Binaries, file: string): Promise<number> => {
  const outcome = await runProgram({
    binaries,
    program: 'pg_restore',
    args: ['--list', file],
    environment: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    timeoutMs: 600_000,
  });
  if (outcome.code !== 0) throw failed('The backup was written but cannot be read.', outcome.stderr);
  return outcome.stdout.split('\n').filter((line) => /^\d+; \d+ \d+ TABLE DATA /.test(line)).length;
};

const tablesWithData = async (request: BackupRequest): Promise<number> => {
  const [row] = await request.session.query(`
SELECT count(*)::int AS tables FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')`);
  return Number(row?.tables ?? 0);
};

/** Reads the whole archive through pg_restore's decompression, writing nowhere: every block is there. */
const decompress = async (binaries: Binaries, file: string): Promise<void> => {
  const outcome = await runProgram({
    binaries,
    program: 'pg_restore',
    args: ['--data-only', '--file=/dev/null', file],
    environment: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    timeoutMs: 0,
  });
  if (outcome.code !== 0) throw failed('The backup was written but its data cannot be read.', outcome.stderr);
};

const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const fileFor = (request: BackupRequest): string => {
  const name = request.name.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'backup';
  return path.join(request.folder, `${name}.dump`);
};

/** Takes a backup of the whole database and verifies it. Throws BACKUP_FAILED, BACKUP_TOOL_MISSING. */
export const backup = async (request: BackupRequest): Promise<BackupEvidence> => {
  const address = postgresAddress(request.session.address);
  const binaries = await findDump(request.identity.versionNumbers[0] ?? 0);
  const file = fileFor(request);
  await reserve(file).catch((cause: unknown) => {
    throw failed(`The backup file ${file} cannot be made.`, String(cause));
  });
  try {
    const outcome = await dump(binaries, address, request, file);
    if (outcome.code !== 0) throw failed('pg_dump could not take the backup.', outcome.stderr);
    await chmod(file, 0o600);
    const [held, expected] = [await readBack(binaries, file), await tablesWithData(request)];
    if (held < expected)
      throw failed('The backup is not complete.', `It holds ${held} tables, the database ${expected}.`);
    await decompress(binaries, file);
    return {
      method: `pg_dump ${binaries.version}, custom format`,
      file,
      bytes: (await stat(file)).size,
      sha256: await sha256(file),
      verified: [
        'pg_restore reads its list of contents',
        `it holds the data of all ${expected} tables`,
        'its data was read to the end',
      ],
      restore: `pg_restore --clean --if-exists --dbname=<database> ${shellWord(file)}`,
    };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
};

/** See `Dialect.restore`. Owners and privileges are restored too: a private server has the target's roles. */
export const restore = async (file: string, into: Session, identity: Identity): Promise<void> => {
  const address = postgresAddress(into.address);
  const outcome = await runProgram({
    binaries: await findDump(identity.versionNumbers[0] ?? 0),
    program: 'pg_restore',
    args: ['--exit-on-error', '--no-password', `--dbname=${address.database}`, file],
    environment: programEnvironment(address),
    timeoutMs: 0,
  });
  if (outcome.code !== 0) throw failed('The backup was written but cannot be restored.', outcome.stderr);
};
