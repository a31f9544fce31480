// Takes a backup with the server's own dump program and looks at it before it calls it one. Never overwrites a file.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DbsyncError } from '../../errors/index.ts';
import type { BackupEvidence, BackupRequest, Identity, Session } from '../contract.ts';
import { mysqlAddress } from './address.ts';
import { withOptionFile } from './option-file.ts';
import { printable } from './quote.ts';
import { type ClientProgram, findClient, type Product } from './shadow/binaries.ts';

const failed = (summary: string, why: string, cause?: unknown): DbsyncError =>
  new DbsyncError('BACKUP_FAILED', {
    summary,
    why,
    next: ['Mend the cause and run this again. Nothing was changed.'],
    ...(cause !== undefined && { cause }),
  });

const findDump = async (product: string): Promise<ClientProgram> => {
  const program = await findClient('dump', product);
  if (program !== null) return program;
  throw new DbsyncError('BACKUP_TOOL_MISSING', {
    summary: `There is no ${product === 'MariaDB' ? 'mariadb-dump' : 'mysqldump'} program on this machine.`,
    next: [`Install the ${product} client tools, or take a backup by other means and accept that.`],
  });
};

/** One consistent view of InnoDB tables, without locking; everything that is schema, so that the dump restores the whole. */
const DUMP_OPTIONS: readonly string[] = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--triggers',
  '--events',
  '--hex-blob',
  '--no-tablespaces',
  '--default-character-set=utf8mb4',
];

/**
 * Where transactions have global numbers, MySQL's program would write down which ones are done: no other server takes that, and it
 * needs privileges of its own (manual, mysqldump, `--set-gtid-purged`).
 */
const OWN_OPTIONS: Readonly<Record<Product, readonly string[]>> = {
  MariaDB: [],
  MySQL: ['--set-gtid-purged=OFF'],
};

/** Only so much of the program's complaint is kept. */
const COMPLAINT = 2000;

const runDump = async (program: string, args: readonly string[], file: string): Promise<void> => {
  const output = await open(file, 'wx', 0o600);
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, args, {
        stdio: ['ignore', output.fd, 'pipe'],
        env: { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/local/bin' },
      });
      let said = '';
      child.stderr?.on('data', (data: Buffer) => {
        said = `${said}${data}`.slice(0, COMPLAINT);
      });
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(printable(said.trim()) || `it ended with ${code}`)),
      );
    });
    await output.sync();
  } finally {
    await output.close();
  }
};

interface Looked {
  readonly tables: number;
  readonly complete: boolean;
}

/** Reads the dump through once: how many tables it creates, and whether it reached its end. */
const look = async (file: string): Promise<Looked> => {
  let tables = 0;
  let last = '';
  let inBody = false;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    // Bodies of routines, triggers and events stand as they were written, between two changes of the delimiter.
    if (line === 'DELIMITER ;;') inBody = true;
    else if (line === 'DELIMITER ;') inBody = false;
    else if (!inBody && line.startsWith('CREATE TABLE `')) tables += 1;
    if (line.trim() !== '') last = line;
  }
  return { tables, complete: last.startsWith('-- Dump completed') };
};

const tableCount = async (session: Session): Promise<number> => {
  const [row] = await session.query(
    `SELECT COUNT(*) AS n FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')`,
  );
  return Number(row?.n ?? 0);
};

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
};

const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const fileFor = (request: BackupRequest): string => {
  const name = request.name.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'backup';
  return path.join(request.folder, `${name}.sql`);
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const verify = async (request: BackupRequest, file: string): Promise<readonly string[]> => {
  const { tables, complete } = await look(file);
  if (!complete)
    throw failed('The backup breaks off before its end.', 'The dump program did not write its closing line.');
  const expected = await tableCount(request.session);
  if (tables !== expected) {
    throw failed(
      `The backup holds ${tables} tables, the database ${expected}.`,
      'The role may not read all of them.',
    );
  }
  return ['the dump program ended well and wrote its closing line', `it creates all ${tables} tables`];
};

/** Takes a dump of the whole database and verifies it. Throws BACKUP_FAILED, BACKUP_TOOL_MISSING. */
export const backup = async (request: BackupRequest): Promise<BackupEvidence> => {
  const { product, facts } = request.identity;
  const program = await findDump(product);
  const address = mysqlAddress(request.session.address);
  const file = fileFor(request);
  if (await exists(file))
    throw failed(`There is a file ${printable(file)} already.`, 'A backup never replaces another.');
  const schema = String(facts.schema ?? address.database);
  const options = [...DUMP_OPTIONS, ...OWN_OPTIONS[program.product]];
  try {
    await mkdir(request.folder, { recursive: true, mode: 0o700 });
    await withOptionFile(address, program.product, (optionFile) =>
      runDump(program.file, [`--defaults-file=${optionFile}`, ...options, '--', schema], file),
    );
    const verified = await verify(request, file);
    return {
      method: `${path.basename(program.file)}${program.product === product ? '' : ` of ${program.product}`}`,
      file,
      bytes: (await stat(file)).size,
      sha256: await sha256Of(file),
      verified,
      restore: `Into an empty database: ${product === 'MariaDB' ? 'mariadb' : 'mysql'} --host=... --user=... --password ${shellWord(schema)} < ${shellWord(file)}`,
    };
  } catch (error) {
    await rm(file, { force: true }).catch(() => undefined);
    if (error instanceof DbsyncError) throw error;
    throw failed(
      'The backup could not be taken.',
      error instanceof Error ? error.message : String(error),
      error,
    );
  }
};

/** The client reads the file as its input; nothing of it stands in an argument. */
const feed = async (program: string, args: readonly string[], file: string): Promise<void> => {
  const input = await open(file, 'r');
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, args, {
        stdio: [input.fd, 'ignore', 'pipe'],
        env: { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/local/bin' },
      });
      let said = '';
      child.stderr?.on('data', (data: Buffer) => {
        said = `${said}${data}`.slice(0, COMPLAINT);
      });
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(printable(said.trim()) || `it ended with ${code}`)),
      );
    });
  } finally {
    await input.close();
  }
};

/** See `Dialect.restore`. */
export const restore = async (file: string, into: Session, identity: Identity): Promise<void> => {
  const program = await findClient('client', identity.product);
  if (program === null) {
    throw new DbsyncError('BACKUP_TOOL_MISSING', {
      summary: `There is no ${identity.product === 'MariaDB' ? 'mariadb' : 'mysql'} client program on this machine to restore the backup with.`,
      next: [`Install the ${identity.product} client tools, or set backup.restore to false.`],
    });
  }
  const address = mysqlAddress(into.address);
  try {
    await withOptionFile(address, program.product, (optionFile) =>
      feed(program.file, [`--defaults-file=${optionFile}`, '--comments', '--', address.database], file),
    );
  } catch (error) {
    throw failed(
      'The backup was written but cannot be restored.',
      error instanceof Error ? error.message : String(error),
      error,
    );
  }
};
