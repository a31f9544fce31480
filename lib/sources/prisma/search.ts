// Looks for Prisma schemas below a folder, for a monorepo. Bounded in depth and number of folders; reads `.prisma` files only.
import path from 'node:path';
import { entriesOf } from '../folder.ts';
import { textOf } from './files.ts';
import { datasourceOf } from './schema-files.ts';

const SKIPPED = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'coverage',
  'vendor',
  'generated',
  'fixtures',
  'target',
]);
/** Folders whose schemas are no database of the project's, as long as another folder has one. */
const ASIDE = /^(?:docs?|(?:__)?(?:tests?|templates?|examples?|mocks?)(?:__)?|e2e|samples?)$/i;
const MAX_DEPTH = 5;
const MAX_FOLDERS = 20_000;

const isAside = (root: string, file: string): boolean =>
  path
    .relative(root, path.dirname(file))
    .split(path.sep)
    .some((part) => ASIDE.test(part));

/**
 * Schema files with a datasource block anywhere below, absolute and sorted; those of templates, tests and documentation only where
 * there are no others.
 */
export const searchBelow = async (root: string): Promise<readonly string[]> => {
  const found: string[] = [];
  const queue: { folder: string; depth: number }[] = [{ folder: root, depth: 0 }];
  for (let seen = 0; seen < Math.min(queue.length, MAX_FOLDERS); seen += 1) {
    const next = queue[seen];
    if (!next) break;
    for (const entry of entriesOf(next.folder)) {
      const at = path.join(next.folder, entry.name);
      const enter = !SKIPPED.has(entry.name) && !entry.name.startsWith('.') && next.depth < MAX_DEPTH;
      if (entry.isDirectory() && enter) queue.push({ folder: at, depth: next.depth + 1 });
      if (!entry.isFile() || !entry.name.endsWith('.prisma')) continue;
      const content = await textOf(at);
      if (content !== null && datasourceOf({ path: at, content })) found.push(at);
    }
  }
  const own = found.filter((file) => !isAside(root, file));
  return (own.length > 0 ? own : found).sort();
};
