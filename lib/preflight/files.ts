// Whether the files that declare the schema are under version control as they are read now. Asks git, changes nothing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Verdict } from '../dialects/contract.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 5_000;
const MAX_NAMES = 5;

/** `git status` of the given paths. Environment variables that would point git elsewhere are not passed on. */
export const workingTree = async (root: string, paths: readonly string[]): Promise<Verdict> => {
  try {
    const { stdout } = await run('git', ['status', '--porcelain', '--untracked-files=all', '--', ...paths], {
      cwd: root,
      timeout: TIMEOUT_MS,
      maxBuffer: 4_000_000,
    });
    const changed = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.slice(3));
    if (changed.length === 0) return { status: 'ok', message: 'schema and migrations are committed' };
    const names = changed.slice(0, MAX_NAMES).join(', ');
    const more = changed.length > MAX_NAMES ? ` and ${changed.length - MAX_NAMES} more` : '';
    return {
      status: 'warning',
      message: `not committed: ${names}${more}`,
      remedy: ['Commit schema and migrations together, so that what is applied can be found again.'],
    };
  } catch {
    return { status: 'skipped', message: 'not a git working tree, or git is not at hand' };
  }
};
