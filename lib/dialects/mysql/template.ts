// A data folder as the installer makes it, packed into one file that later runs unpack instead. Holds no password, no key and no
// data. Whatever is wrong with the file, the installer is the way out. Knows no running server.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { hashText, shortHash } from '../../schema/index.ts';
import type { Binaries } from './binaries.ts';

/** What a data folder depends on. */
export interface TemplateWish {
  readonly binaries: Binaries;
  /** Options of the installer, without folders. */
  readonly options: readonly string[];
  /** The account that the server runs as. Null: this process's own. */
  readonly who: { readonly uid: number; readonly gid: number } | null;
}

const ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/local/bin' };
const NAME = 'dbsync_template_';

/** The file's place in the temporary folder; null where there shall be none (another product, no owners of files). */
export const templateFile = async ({ binaries, options, who }: TemplateWish): Promise<string | null> => {
  if (binaries.installer === null || typeof process.getuid !== 'function') return null;
  const programs = await Promise.all([binaries.server, binaries.installer].map((file) => stat(file)));
  const facts = programs.map(({ dev, ino, size, mtimeMs }) => [dev, ino, size, mtimeMs]);
  const key = [binaries, options, facts, who, process.getuid()];
  return path.join(os.tmpdir(), `${NAME}${shortHash(hashText(JSON.stringify(key)))}.tar.gz`);
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
  readonly who: TemplateWish['who'];
}

/** Runs `tar` between its two pipes. Throws where it cannot be started or fails. */
const tar = async (
  { args, who }: Tar,
  pipe: (streams: { input: Writable; output: NodeJS.ReadableStream }) => Promise<void>,
): Promise<void> => {
  const child = spawn('tar', [...args], { ...who, env: ENVIRONMENT, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [, code] = await Promise.all([pipe({ input: child.stdin, output: child.stdout }), ended]);
  if (code !== 0) throw new Error(`tar ended with ${code}`);
};

/** Unpacks the template into `folder/data`. False: there is none, or it is damaged; then nothing of it is left. */
export const unpack = async (file: string, folder: string, who: TemplateWish['who']): Promise<boolean> => {
  const handle = await openOwn(file);
  if (!handle) return false;
  try {
    await tar({ args: ['-xf', '-', '-C', folder], who }, async ({ input, output }) => {
      output.resume();
      // The checksum of gzip stands for the content.
      await pipeline(handle.createReadStream(), createGunzip(), input);
    });
    return true;
  } catch {
    await rm(file, { force: true });
    await rm(path.join(folder, 'data'), { recursive: true, force: true });
    return false;
  }
};

/** Packs `folder/data`, which no server has opened yet. In one step, so that runners at the same time do not meet. */
export const pack = async (file: string, folder: string, who: TemplateWish['who']): Promise<void> => {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await tar({ args: ['-cf', '-', '-C', folder, 'data'], who }, async ({ input, output }) => {
      input.end();
      await pipeline(
        output,
        createGzip({ level: 1 }),
        createWriteStream(draft, { flags: 'wx', mode: 0o600 }),
      );
    });
    await rename(draft, file);
  } catch {
    // A run without a template is only slower.
    await rm(draft, { force: true });
  }
};
