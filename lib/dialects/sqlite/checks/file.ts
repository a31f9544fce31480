// Checks of the file as the system sees it. Opens nothing: closing another handle of the file would drop our locks.
import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CheckContext, Verdict } from '../../contract.ts';
import { companionsOf } from '../connect/holders.ts';
import { fileExists } from '../connect/opening.ts';
import { fileOf } from '../connect.ts';
import { instanceOf } from '../identify.ts';
import { printable } from '../rules.ts';

const shellWord = (text: string): string => `'${printable(text).replaceAll("'", "'\\''")}'`;

const granted = async (name: string, mode: number): Promise<boolean> => {
  try {
    await access(name, mode);
    return true;
  } catch {
    return false;
  }
};

const missing = async (file: string, context: CheckContext): Promise<Verdict> => {
  const folder = path.dirname(file);
  if (!context.create) {
    return {
      status: 'failed',
      code: 'DATABASE_MISSING',
      message: `There is no file ${printable(file)}.`,
      remedy: [
        'Correct the path in the URL; a relative one begins at the folder of dbsync.config.ts.',
        `$ ls -l ${shellWord(folder)}`,
        'Or set `create: true` for this environment, if it is to be made.',
      ],
    };
  }
  const made = (await fileExists(folder)) ? '' : ` Its folder is not there either and will be made too.`;
  return { status: 'ok', message: `${printable(file)} is not there yet; it will be created.${made}` };
};

/** The absolute file, and whether it is there. */
export const exists = async (context: CheckContext): Promise<Verdict> => {
  const file = fileOf(context.address);
  if (!(await fileExists(file))) return missing(file, context);
  const { size } = await stat(file);
  const facts = { file, bytes: size };
  if (size > 0) return { status: 'ok', message: `${printable(file)}, ${size} bytes`, facts };
  return {
    status: 'warning',
    message: `${printable(file)} is empty (0 bytes): it may have been made by a tool that was given a wrong path.`,
    remedy: ['Check that the URL names the file that the application uses.'],
    facts,
  };
};

const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist']);
const FOLDERS = 500;

const relativeOf = (context: CheckContext): string | null =>
  'relative' in context.address && typeof context.address.relative === 'string'
    ? context.address.relative
    : null;

const otherFiles = async (context: CheckContext, relative: string): Promise<string[]> => {
  const file = fileOf(context.address);
  const own = (await fileExists(file)) ? await instanceOf(file) : null;
  const found: string[] = [];
  const entries = await readdir(context.root, { withFileTypes: true });
  for (const entry of entries
    .filter((one) => one.isDirectory() && !SKIPPED.has(one.name))
    .slice(0, FOLDERS)) {
    const candidate = path.resolve(context.root, entry.name, relative);
    if (!(await fileExists(candidate)) || !(await stat(candidate)).isFile()) continue;
    if ((await instanceOf(candidate)) !== own) found.push(candidate);
  }
  return found;
};

/**
 * Migration tools resolve a relative URL from the folder of their schema file, others from the working folder: the same URL
 * can mean two files. Looks one folder down from the project's.
 */
export const namesakes = async (context: CheckContext): Promise<Verdict> => {
  const relative = relativeOf(context);
  if (relative === null) return { status: 'ok', message: 'The URL is an absolute path.' };
  const others = await otherFiles(context, relative);
  const file = fileOf(context.address);
  if (others.length === 0) return { status: 'ok', message: 'The relative URL leads to one file only.' };
  return {
    status: 'warning',
    message: `The relative URL means ${printable(file)} here, but from another folder it means ${others.map(printable).join(', ')}.`,
    remedy: ['Make sure which of them the application uses, and give its absolute path in the URL.'],
    facts: { file, others },
  };
};

/** Whether the file and its folder (where the journal is made) can be written. */
export const permissions = async (context: CheckContext): Promise<Verdict> => {
  const file = fileOf(context.address);
  const folder = path.dirname(file);
  if (!(await fileExists(file))) return { status: 'skipped', message: 'The file is not there yet.' };
  for (const [name, what] of [
    [file, 'file'],
    [folder, 'folder (the engine makes its journal there)'],
  ] as const) {
    if (await granted(name, constants.R_OK | constants.W_OK)) continue;
    return {
      status: 'failed',
      code: 'CONNECT_PERMISSION',
      message: `The ${what} ${printable(name)} cannot be written by this user.`,
      remedy: [
        `$ ls -ld ${shellWord(name)}`,
        'Run as the user that owns it, grant access, or remount it writable.',
      ],
    };
  }
  return { status: 'ok', message: 'Both can be read and written.' };
};

/** Journal mode, and what lies beside the file. */
export const journal = async (context: CheckContext): Promise<Verdict> => {
  const companions = await companionsOf(fileOf(context.address));
  if (!context.session && companions.size === 0)
    return { status: 'skipped', message: 'The file is not there yet.' };
  const mode = String(context.identity?.facts.journal_mode ?? 'unknown');
  const facts = { journalMode: mode, ...Object.fromEntries(companions) };
  const beside = [...companions].map(([suffix, bytes]) => `${suffix} ${bytes} bytes`).join(', ');
  const message = `Journal mode ${mode}${beside ? `; beside the file: ${beside}` : ''}`;
  if ((companions.get('-journal') ?? 0) > 0) {
    return {
      status: 'warning',
      message: `${message}. A journal is there: a write is under way, or one was interrupted.`,
      remedy: [
        'If no process is writing, open the file once with the application: the engine then undoes the interrupted write.',
        'Never delete the journal: without it the file is damaged.',
      ],
      facts,
    };
  }
  if (mode !== 'wal') return { status: 'ok', message, facts };
  return {
    status: 'warning',
    message: `${message}. While an application has a WAL file open, even idle, the runner lock cannot be had.`,
    remedy: [
      'Stop the processes that use the file before apply.',
      'Copy the file only with its -wal, or by a backup.',
    ],
    facts,
  };
};
