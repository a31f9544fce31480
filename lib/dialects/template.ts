// A data folder as a server's own installer makes it, packed into one file that later runs unpack instead. Holds no password, no key
// and no data. Whatever is wrong with the file, the installer is the way out. Knows no engine and no running server.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hashText, shortHash } from '../schema/index.ts';

/** The account that a server runs as; null: this process's own. */
export type Owner = { readonly uid: number; readonly gid: number } | null;

/** What a data folder depends on. */
export interface TemplateWish {
  /** The programs that make it and work on it; other ones, or the same ones changed, make another template. */
  readonly programs: readonly string[];
  /** Everything else: versions, and the options of the installer without folders. */
  readonly options: readonly string[];
  readonly owner: Owner;
}

/** A template and the folder that it is for. */
export interface Furnishing {
  /** As `templateFile` says; null: every folder is made by the installer. */
  readonly file: string | null;
  /** Gets the data folder, named `data`. */
  readonly folder: string;
  readonly owner: Owner;
}

const ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/local/bin' };
const NAME = 'dbsync_template_';
/** One for each version and setting in use; what upgrades of the programs leave behind goes with the next one that is made. */
const MOST_KEPT = 8;

/** The file's place in the temporary folder; null where files have no owners and nobody could tell whose it is. */
export const templateFile = async ({ programs, options, owner }: TemplateWish): Promise<string | null> => {
  if (typeof process.getuid !== 'function') return null;
  const found = await Promise.all(programs.map((file) => stat(file)));
  const facts = found.map(({ dev, ino, size, mtimeMs }) => [dev, ino, size, mtimeMs]);
  const key = [programs, options, facts, owner, process.getuid()];
  return path.join(os.tmpdir(), `${NAME}${shortHash(hashText(JSON.stringify(key)))}.tar`);
};

/** Nobody else can have written it: a plain file with one name, this user's own, closed to all others. */
const openOwn = async (file: string): Promise<FileHandle | null> => {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => null);
  if (!handle) return null;
  const facts = await handle.stat();
  const own = facts.uid === process.getuid?.() && (facts.mode & 0o077) === 0;
  if (own && facts.isFile() && facts.nlink === 1) return handle;
  await handle.close();
  return null;
};

interface Tar {
  readonly args: readonly string[];
  readonly owner: Owner;
  /** An open file to read, and one to write; null: neither. */
  readonly input: number | null;
  readonly output: number | null;
}

/** Runs `tar`. Throws where it cannot be started or fails. */
const tar = async ({ args, owner, input, output }: Tar): Promise<void> => {
  const child = spawn('tar', [...args], {
    ...owner,
    env: ENVIRONMENT,
    stdio: [input ?? 'ignore', output ?? 'ignore', 'ignore'],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`tar ended with ${code}`);
};

/** At the end of the file, which `tar` does not read to: SHA-256 over everything before. */
const SEAL_BYTES = 32;
const CHUNK_BYTES = 1_048_576;

/** The seal of the first `size` bytes. It leaves the place in the file alone, from which `tar` reads. */
const sealOf = async (handle: FileHandle, size: number): Promise<Buffer> => {
  const digest = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK_BYTES, size - at), at);
    if (bytesRead === 0) break;
    digest.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
  return digest.digest();
};

/** Throws where the file is not as it was sealed. */
const demandWhole = async (handle: FileHandle): Promise<void> => {
  const size = (await handle.stat()).size - SEAL_BYTES;
  if (size <= 0) throw new Error('the template is too short');
  const seal = Buffer.alloc(SEAL_BYTES);
  await handle.read(seal, 0, SEAL_BYTES, size);
  if (!seal.equals(await sealOf(handle, size))) throw new Error('the template is damaged');
};

/** Unpacks the template into `folder/data`. False: there is none, or it is damaged; then nothing of it is left. */
const unpack = async (file: string, folder: string, owner: Owner): Promise<boolean> => {
  const handle = await openOwn(file);
  if (!handle) return false;
  try {
    await demandWhole(handle);
    await tar({ args: ['-xf', '-', '-C', folder], owner, input: handle.fd, output: null });
    return true;
  } catch {
    await rm(file, { force: true });
    await rm(path.join(folder, 'data'), { recursive: true, force: true });
    return false;
  } finally {
    await handle.close();
  }
};

/** Removes the oldest of this user's own templates, and drafts that a killed run left, beyond the number that is kept. */
const removeOldest = async (folder: string): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => name.startsWith(NAME));
  const files = names.map((name) => path.join(folder, name));
  const facts = await Promise.all(files.map((file) => lstat(file).catch(() => null)));
  const own = files.flatMap((file, index) => {
    const fact = facts[index];
    return fact?.isFile() && fact.uid === process.getuid?.() ? [{ file, at: fact.mtimeMs }] : [];
  });
  const surplus = own.toSorted((a, b) => b.at - a.at).slice(MOST_KEPT);
  await Promise.all(surplus.map(({ file }) => rm(file, { force: true })));
};

/**
 * Packs `folder/data`, which no server has opened yet. In one step, so that runners at the same time do not meet; and not smaller
 * than it is, as making it whole again would cost more than everything else of a server's start.
 */
const pack = async (file: string, folder: string, owner: Owner): Promise<void> => {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx+', 0o600);
    try {
      await tar({ args: ['-cf', '-', '-C', folder, 'data'], owner, input: null, output: handle.fd });
      const { size } = await handle.stat();
      await handle.write(await sealOf(handle, size), 0, SEAL_BYTES, size);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    await removeOldest(path.dirname(file));
  } catch {
    // A run without a template is only slower.
    await rm(draft, { force: true });
  }
};

/** Makes the data folder, from the template where there is a good one; the first who does without leaves one. */
export const furnish = async (
  { file, folder, owner }: Furnishing,
  initialise: () => Promise<void>,
): Promise<void> => {
  if (file && (await unpack(file, folder, owner))) return;
  await initialise();
  if (file) await pack(file, folder, owner);
};

/** Removes a template on which a server did not start: perhaps it was to blame; the next one is made anew. */
export const discard = async (file: string | null): Promise<void> => {
  if (file) await rm(file, { force: true });
};
