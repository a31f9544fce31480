// Where a throwaway server keeps its folder. A thousand small files that live for seconds take a disk up to a second, memory a thirtieth
// of that.
import { statfs } from 'node:fs/promises';
import os from 'node:os';

/** Linux's file system in memory for every program (shm_overview(7)); systems without it keep to the temporary folder. */
const MEMORY = '/dev/shm';
/** `f_type` of a tmpfs (statfs(2)). */
const TMPFS = 0x01021994;
/** What a rehearsal may fill without anybody missing it: the server's own files are 30 MB, the rest is what migrations write. */
const PLENTY_BYTES = 4 * 2 ** 30;

const isRoomy = async (): Promise<boolean> => {
  // What is left of a container's own limit counts too (uv_get_available_memory).
  if (process.platform !== 'linux' || process.availableMemory() < PLENTY_BYTES) return false;
  const facts = await statfs(MEMORY).catch(() => null);
  return facts !== null && facts.type === TMPFS && facts.bavail * facts.bsize >= PLENTY_BYTES;
};

/** The temporary folder of a system where nobody named another one (TMPDIR). */
const USUAL = '/tmp';

/** In memory where there is plenty of it and nobody chose another place for what is temporary; else the temporary folder. */
export const throwawayPlace = async (): Promise<string> => {
  const chosen = os.tmpdir();
  return chosen === USUAL && (await isRoomy()) ? MEMORY : chosen;
};
