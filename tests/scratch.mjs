// Where the tests make and throw away hundreds of small databases: in memory where there is room for them, which takes a third of
// their processor time away. Elsewhere, and where TMPDIR says otherwise, in the temporary folder as always.
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const MEMORY = '/dev/shm';
const PREFIX = 'dbsync-tests-';
/** `f_type` of a tmpfs (Linux, statfs(2)). */
const TMPFS = 0x01021994;
const ENOUGH_BYTES = 6 * 2 ** 30;

const isRoomy = () => {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && bavail * bsize >= ENOUGH_BYTES && os.freemem() >= ENOUGH_BYTES;
  } catch {
    return false;
  }
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** What runs left behind that were killed would stay in memory until the next start of the machine. */
const sweep = () => {
  for (const name of readdirSync(MEMORY)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(path.join(MEMORY, name), { recursive: true, force: true });
  }
};

/** The variables that lead the tests there, and what takes the folder away again. */
export const openScratch = () => {
  // Command lines of Prisma are kept for the next run.
  const kept = { DBSYNC_TEST_TOOLS: process.env.DBSYNC_TEST_TOOLS ?? os.tmpdir() };
  if (process.env.TMPDIR !== undefined || !isRoomy()) return { variables: kept, close: () => {} };
  sweep();
  const folder = mkdtempSync(path.join(MEMORY, `${PREFIX}${process.pid}-`));
  // Servers that root starts run as somebody else.
  chmodSync(folder, 0o1777);
  return {
    variables: { ...kept, TMPDIR: folder },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
};
