// Checks of the disk under the file.
import { readFile, realpath, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { CheckContext, Verdict } from '../../contract.ts';
import { fileExists } from '../connect/opening.ts';
import { fileOf } from '../connect.ts';
import { printable } from '../rules.ts';

/** File systems over a network, or shared with another machine: their locks cannot be relied on (https://sqlite.org/faq.html#q5). */
const SHARED =
  /^(nfs\d?|cifs|smb\w*|smbfs|9p|afs|ceph|glusterfs|lustre|beegfs|gpfs|ocfs2|vboxsf|drvfs|fuse\.(sshfs|smbnetfs|glusterfs|cephfs|s3fs|rclone|gcsfuse|davfs))$/;

export interface Mount {
  readonly point: string;
  readonly type: string;
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** The mount that a path is on: the longest mount point that holds it, the last of several at one point (fstab(5), proc(5)). */
export const mountOf = (mounts: string, file: string): Mount | null => {
  let found: Mount | null = null;
  for (const line of mounts.split('\n')) {
    const [, point, type] = line.split(' ');
    if (point === undefined || type === undefined) continue;
    const name = unescaped(point);
    const holds = file === name || file.startsWith(name.endsWith('/') ? name : `${name}/`);
    if (holds && name.length >= (found?.point.length ?? 0)) found = { point: name, type };
  }
  return found;
};

/** Whether locks on this kind of file system cannot be relied on. */
export const isShared = (mount: Mount): boolean => SHARED.test(mount.type);

/** The nearest folder above a path that is there. */
const nearest = async (file: string): Promise<string> => {
  let folder = file;
  while (!(await fileExists(folder)) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return realpath(folder);
};

/** Whether the file system is one whose locks can be relied on. */
export const filesystem = async (context: CheckContext): Promise<Verdict> => {
  let mounts: string;
  try {
    mounts = await readFile('/proc/mounts', 'utf8');
  } catch {
    return { status: 'skipped', message: 'This system does not list its file systems in /proc/mounts.' };
  }
  const mount = mountOf(mounts, await nearest(fileOf(context.address)));
  if (!mount) return { status: 'skipped', message: 'The file system could not be told.' };
  const facts = { filesystem: mount.type, mountPoint: mount.point };
  if (!isShared(mount))
    return { status: 'ok', message: `On ${mount.type} at ${printable(mount.point)}`, facts };
  return {
    status: 'warning',
    message: `The file is on ${mount.type} at ${printable(mount.point)}: locks there are often not honoured.`,
    remedy: ['Run dbsync on the machine that holds the disk, with every other user of the file stopped.'],
    facts,
  };
};

/** A rebuild or VACUUM needs up to twice the file (https://sqlite.org/lang_vacuum.html); a backup needs it once. */
const FACTOR = 2;

const sizeText = (bytes: number): string =>
  bytes >= 1024 ** 3
    ? `${Math.round((bytes / 1024 ** 3) * 10) / 10} GiB`
    : `${Math.round((bytes / 1024 ** 2) * 10) / 10} MiB`;

/** Free space against what a rebuild may need. */
export const space = async (context: CheckContext): Promise<Verdict> => {
  const file = fileOf(context.address);
  const { bavail, bsize } = await statfs(await nearest(file));
  const free = bavail * bsize;
  const size = (await fileExists(file)) ? (await stat(file)).size : 0;
  const facts = { freeBytes: free, fileBytes: size };
  const message = `${sizeText(free)} free; the file has ${sizeText(size)}`;
  if (free >= size * FACTOR) return { status: 'ok', message, facts };
  return {
    status: 'warning',
    message: `${message}: a table rebuild or a backup may run out of space.`,
    remedy: [`Free at least ${sizeText(size * FACTOR)} on this disk.`],
    facts,
  };
};
