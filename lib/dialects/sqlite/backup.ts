// Takes a backup with the online backup API and looks at it before it calls it one. Never overwrites a file.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DbsyncError, messageOf } from '../../errors/index.ts';
import { fingerprint, type Hash } from '../../schema/index.ts';
import type { BackupEvidence, BackupRequest, Session } from '../contract.ts';
import { addressOf } from './address.ts';
import { fileExists } from './connect/opening.ts';
import { connect, fileOf } from './connect.ts';
import { copyInto, removeFile, withSnapshot } from './image.ts';
import { inspect } from './inspect.ts';
import { printable, quote } from './rules.ts';

/** What must be the same on both sides. */
interface Contents {
  readonly fingerprint: Hash;
  readonly rows: ReadonlyMap<string, number>;
}

const failed = (summary: string, why: string, cause?: unknown): DbsyncError =>
  new DbsyncError('BACKUP_FAILED', {
    summary,
    why,
    next: ['Free the disk or choose another folder, and run this again. Nothing was changed.'],
    ...(cause !== undefined && { cause }),
  });

/** Every table that holds rows of its own: virtual tables keep theirs in their shadow tables. */
const TABLES = `
  SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage <> 0 ORDER BY name`;

const contentsOf = async (session: Session): Promise<Contents> => {
  const rows = new Map<string, number>();
  for (const { name } of await session.query(TABLES)) {
    const table = String(name);
    const [row] = await session.query(`SELECT count(*) AS rows FROM main.${quote(table)}`);
    rows.set(table, Number(row?.rows));
  }
  return { fingerprint: fingerprint(await inspect(session, { ignore: [] })), rows };
};

const assertSame = (source: Contents, copy: Contents): void => {
  if (source.fingerprint !== copy.fingerprint) {
    throw failed('The backup has another schema than the database.', 'It was removed again.');
  }
  for (const table of new Set([...source.rows.keys(), ...copy.rows.keys()])) {
    if (source.rows.get(table) === copy.rows.get(table)) continue;
    throw failed(`The backup has another number of rows in ${printable(table)}.`, 'It was removed again.');
  }
};

const assertIntact = async (session: Session): Promise<void> => {
  const [row] = await session.query('PRAGMA integrity_check(1)');
  const verdict = String(Object.values(row ?? {})[0]);
  if (verdict !== 'ok') throw failed('The backup does not pass the integrity check.', printable(verdict));
};

/** A writing session, so that closing it removes what a WAL database puts beside the file; it is made unable to write. */
const verify = async (file: string, request: BackupRequest, source: Contents): Promise<readonly string[]> => {
  const session = await connect(addressOf(file, request.folder), {
    mode: 'write',
    timeouts: request.timeouts,
  });
  try {
    await session.execute('PRAGMA query_only = ON');
    await assertIntact(session);
    assertSame(source, await contentsOf(session));
  } finally {
    await session.close();
  }
  const rows = [...source.rows.values()].reduce((sum, count) => sum + count, 0);
  return [
    'integrity_check says ok',
    `same schema fingerprint ${source.fingerprint}`,
    `same row counts: ${source.rows.size} tables, ${rows} rows`,
  ];
};

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const restoreCommand = (backup: string, target: string): string => {
  const beside = ['-wal', '-shm', '-journal'].map((suffix) => shellWord(target + suffix)).join(' ');
  return `Stop every process that uses the file, then: rm -f ${beside} && cp ${shellWord(backup)} ${shellWord(target)}`;
};

const fileFor = (request: BackupRequest): string => {
  const name = request.name.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'backup';
  return path.join(request.folder, `${name}.db`);
};

/** Takes a backup and verifies it. Throws BACKUP_FAILED. */
export const backup = async (request: BackupRequest): Promise<BackupEvidence> => {
  const file = fileFor(request);
  if (await fileExists(file)) {
    throw failed(`There is a file ${printable(file)} already.`, 'A backup never replaces another.');
  }
  try {
    const source = await withSnapshot(request.session, async () => {
      await copyInto(request.session, file);
      return contentsOf(request.session);
    });
    const verified = await verify(file, request, source);
    return {
      method: 'SQLite online backup API',
      file,
      bytes: (await stat(file)).size,
      sha256: await sha256Of(file),
      verified,
      restore: restoreCommand(file, fileOf(request.session.address)),
    };
  } catch (error) {
    await removeFile(file).catch(() => undefined);
    if (error instanceof DbsyncError) throw error;
    throw failed('The backup could not be taken.', printable(messageOf(error)), error);
  }
};
