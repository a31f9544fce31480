// Says which file a session is on: where it really is, and which incarnation of it.
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Value } from '../../schema/index.ts';
import type { Address, Identity, Session } from '../contract.ts';
import { fileOf } from './connect.ts';
import { NAME, printable } from './rules.ts';

const PRAGMAS = [
  'journal_mode',
  'page_size',
  'page_count',
  'encoding',
  'foreign_keys',
  'user_version',
  'application_id',
  'auto_vacuum',
] as const;

const pragma = async (session: Session, name: string): Promise<Value> => {
  const [row] = await session.query(`PRAGMA main.${name}`);
  const value = row ? Object.values(row)[0] : null;
  return typeof value === 'number' || typeof value === 'string' ? value : null;
};

const rootOf = (address: Address): string | null =>
  'root' in address && typeof address.root === 'string' ? address.root : null;

const realRoot = async (root: string): Promise<string> => {
  try {
    return await realpath(root);
  } catch {
    return path.resolve(root);
  }
};

/** The path from the project's root where the file is inside it (the same in every clone), the absolute one elsewhere. */
const namedFrom = async (real: string, address: Address): Promise<string> => {
  const root = rootOf(address);
  if (root === null) return real;
  const relative = path.relative(await realRoot(root), real);
  const outside = relative === '' || relative.startsWith('..') || path.isAbsolute(relative);
  return outside ? real : relative.split(path.sep).join('/');
};

/** `device:inode` of a file: one and the same for every link to it. */
export const instanceOf = async (file: string): Promise<string> => {
  const { dev, ino } = await stat(file, { bigint: true });
  return `${dev}:${ino}`;
};

/** What the file and the library say. */
export const identify = async (session: Session): Promise<Identity> => {
  const file = fileOf(session.address);
  const real = await realpath(file);
  const [row] = await session.query('SELECT sqlite_version() AS version');
  const version = String(row?.version ?? '');
  const facts: Record<string, Value> = {};
  for (const name of PRAGMAS) facts[name] = await pragma(session, name);
  return {
    product: 'SQLite',
    version,
    versionNumbers: version.split('.').map(Number),
    display: printable(real),
    identity: `${NAME}:${await namedFrom(real, session.address)}`,
    instance: await instanceOf(real),
    facts: { ...facts, wal: facts.journal_mode === 'wal', readOnly: session.mode === 'read' },
  };
};

/** The same file, whatever the two URLs look like (hard and symbolic links included). */
export const same = (a: Identity, b: Identity): boolean => a.instance === b.instance;
