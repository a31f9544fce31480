// Small questions to the file system and to JSON, where a missing or unreadable file is an answer. Knows nothing of Prisma.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Whether a file or folder is there. */
export const exists = async (file: string): Promise<boolean> => {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
};

/** A file's text; null where there is none. */
export const textOf = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return null;
  }
};

/** A JSON object in a file; null where it is none. */
export const jsonOf = async (file: string): Promise<Readonly<Record<string, unknown>> | null> => {
  const text = await textOf(file);
  if (text === null) return null;
  try {
    return record(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return null;
  }
};

/** The value as a plain object; null where it is none. */
export const record = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;

/** A path relative to the root, with `/`. */
export const relative = (root: string, file: string): string =>
  path.relative(root, file).split(path.sep).join('/') || '.';
