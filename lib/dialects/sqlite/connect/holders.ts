// Who else has a database file: the companions that lie beside it, and the processes that hold a lock on it.
import { readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { printable } from '../rules.ts';
import { fileExists } from './opening.ts';

/** Files that belong to a database while it is in use (https://sqlite.org/tempfiles.html). */
export const COMPANIONS: readonly string[] = ['-journal', '-wal', '-shm'];

/** Which of them are there, with their sizes in bytes. */
export const companionsOf = async (file: string): Promise<ReadonlyMap<string, number>> => {
  const found = new Map<string, number>();
  for (const suffix of COMPANIONS) {
    if (await fileExists(file + suffix)) found.set(suffix, (await stat(file + suffix)).size);
  }
  return found;
};

/** The program of a process by its file; the name that its main thread gave itself where the file is not shown (proc(5)). */
const nameOfProcess = async (pid: string): Promise<string> => {
  try {
    return printable(path.basename(await readlink(`/proc/${pid}/exe`)));
  } catch {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'unknown');
    return printable(name.trim());
  }
};

/** Processes other than this one that hold a lock on the file, from proc(5) `/proc/locks`; empty where that cannot be told. */
export const holdersOf = async (file: string): Promise<readonly string[]> => {
  const inodes = new Set<string>();
  for (const name of [file, `${file}-shm`]) {
    if (await fileExists(name)) inodes.add(String((await stat(name, { bigint: true })).ino));
  }
  let table: string;
  try {
    table = await readFile('/proc/locks', 'utf8');
  } catch {
    return [];
  }
  const pids = new Set<string>();
  for (const line of table.split('\n')) {
    const [, pid, inode] = /\s(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/i.exec(line) ?? [];
    if (pid && inode && inodes.has(inode) && pid !== String(process.pid)) pids.add(pid);
  }
  return Promise.all(
    [...pids].slice(0, 10).map(async (pid) => `process ${pid} (${await nameOfProcess(pid)})`),
  );
};
