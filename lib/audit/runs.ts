// Run folders: dev/active/<task>/db, one for each change of a database. Knows names and files, not phases.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { DbsyncError, messageOf } from '../errors/index.ts';

export interface Run {
  readonly task: string;
  /** Absolute `dev/active/<task>/db`. */
  readonly folder: string;
  /** Absolute `dev/active/<task>/db/artifacts`. */
  readonly artifacts: string;
}

/** Lower-case words with dashes: usable as a folder on every system. */
const SLUG = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** The run of that name. Throws USAGE for a name that is not a slug. */
export const runOf = (root: string, task: string): Run => {
  if (!SLUG.test(task) || task.includes('..')) {
    throw new DbsyncError('USAGE', {
      summary: `"${task}" is not a usable task name.`,
      why: 'It becomes a folder: lower-case letters, digits, dots, dashes and underscores.',
      next: ['--task add-orders-2026'],
    });
  }
  const folder = path.join(root, 'dev', 'active', task, 'db');
  return { task, folder, artifacts: path.join(folder, 'artifacts') };
};

/** Makes the run's folder where it is not there yet. Throws RUN_UNWRITABLE: what cannot be written down is not done. */
export const demandWritable = (run: Run): void => {
  try {
    mkdirSync(run.artifacts, { recursive: true });
    accessSync(run.folder, constants.W_OK);
    accessSync(run.artifacts, constants.W_OK);
  } catch (cause) {
    throw new DbsyncError('RUN_UNWRITABLE', {
      summary: `The run's folder cannot be written: ${messageOf(cause)}`,
      why: 'Every phase writes down what it found and did, before it goes on. Nothing was written to the target.',
      next: [`$ ls -ld '${run.folder.replaceAll("'", "'\\''")}'`, 'Or name another run: --task <name>.'],
      cause,
    });
  }
};

/** Every run below the root, newest first. */
export const listRuns = (root: string): readonly Run[] => {
  const active = path.join(root, 'dev', 'active');
  if (!existsSync(active)) return [];
  return readdirSync(active)
    .filter(
      (task) => SLUG.test(task) && existsSync(path.join(active, task, 'db', 'artifacts', 'intent.json')),
    )
    .map((task) => runOf(root, task))
    .sort((a, b) => lastTouched(b) - lastTouched(a));
};

const lastTouched = (run: Run): number => statSync(path.join(run.artifacts, 'intent.json')).mtimeMs;

/** A name that no run has yet: `<base>`, `<base>-2`, ... */
export const freeTask = (root: string, base: string): string => {
  for (let number = 1; number < 10_000; number += 1) {
    const task = number === 1 ? base : `${base}-${number}`;
    if (!existsSync(runOf(root, task).folder)) return task;
  }
  throw new DbsyncError('USAGE', {
    summary: `There are too many runs called "${base}".`,
    next: ['Name this one: --task <name>.'],
  });
};

/** Whether something was sent to the target in this run. */
export const isStarted = (run: Run): boolean => existsSync(path.join(run.artifacts, 'journal.ndjson'));

/** Moves a finished attempt out of the way, so that a new one in the same run overwrites nothing. */
export const archiveAttempt = (run: Run): void => {
  const attempts = path.join(run.artifacts, 'attempts');
  mkdirSync(attempts, { recursive: true });
  const number = readdirSync(attempts).length + 1;
  const into = path.join(attempts, String(number).padStart(3, '0'));
  mkdirSync(into);
  for (const name of readdirSync(run.artifacts)) {
    if (name !== 'attempts') renameSync(path.join(run.artifacts, name), path.join(into, name));
  }
  for (const name of readdirSync(run.folder)) {
    if (name.endsWith('.md') || name.endsWith('.html'))
      renameSync(path.join(run.folder, name), path.join(into, name));
  }
};

/** Earlier attempts in the same run, oldest first; each has artifacts of its own. */
export const attemptsOf = (run: Run): readonly Run[] => {
  const folder = path.join(run.artifacts, 'attempts');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ task: run.task, folder: path.join(folder, name), artifacts: path.join(folder, name) }));
};
