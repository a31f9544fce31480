// Which run a phase works in: the named one, the open one of the environment, or a new one.
import {
  archiveAttempt,
  attemptsOf,
  demandWritable,
  freeTask,
  isStarted,
  isUnfinished,
  listRuns,
  type Run,
  readArtifact,
  readJournal,
  runOf,
} from '../audit/index.ts';
import { DbsyncError } from '../errors/index.ts';
import type { Desk } from './context.ts';
import type { Intent } from './intent-model.ts';

const environmentOf = (run: Run): string | null =>
  readArtifact<Intent>(run, 'intent')?.artifact.body.environment ?? null;

/** Runs of this environment, newest first. */
export const runsOf = (context: Desk): readonly Run[] =>
  listRuns(context.loaded.root).filter((run) => environmentOf(run) === context.environment.name);

/** The name that is proposed for a new run: the day and the environment. */
export const proposeTask = (context: Desk): string => {
  const open = runsOf(context).find((run) => !isStarted(run));
  if (open) return open.task;
  const day = context.world.now().toISOString().slice(0, 10);
  return freeTask(context.loaded.root, `${day}-${context.environment.name.toLowerCase()}`);
};

/** The run for a phase that begins something. A finished attempt in it is kept under `attempts/`. Throws USAGE, RUN_UNWRITABLE. */
export const startRun = (context: Desk, task: string): Run => {
  const run = runOf(context.loaded.root, task);
  const owner = environmentOf(run);
  if (owner !== null && owner !== context.environment.name) {
    throw new DbsyncError('USAGE', {
      summary: `The run "${task}" belongs to the environment "${owner}".`,
      why: 'A run is the record of one change of one database.',
      next: ['Name another one: --task <name>.'],
    });
  }
  demandWritable(run);
  if (isStarted(run) && !isUnfinished(readJournal(run))) archiveAttempt(run);
  return run;
};

/** The run for a phase that continues one: the named one, or the newest that `suits`. Throws RUN_MISSING, RUN_UNWRITABLE. */
export const continueRun = (context: Desk, suits: (run: Run) => boolean = () => true): Run => {
  const run = context.options.task
    ? runOf(context.loaded.root, context.options.task)
    : runsOf(context).find(suits);
  if (run && environmentOf(run) === context.environment.name) {
    demandWritable(run);
    return run;
  }
  throw new DbsyncError('RUN_MISSING', {
    summary: context.options.task
      ? `There is no run called "${context.options.task}" for "${context.environment.name}".`
      : `There is no run for "${context.environment.name}" to continue.`,
    why: 'This phase works on the artifacts of the ones before.',
    next: [`$ npx zx tasks/plan.ts --env ${context.environment.name}`],
  });
};

/** Runs that were started and neither finished nor recovered. */
export const unfinishedRuns = (context: Desk): readonly Run[] =>
  runsOf(context).filter((run) => isUnfinished(readJournal(run)));

/** Nonces of every approval that a run was started with. */
export const usedApprovals = (context: Desk): ReadonlySet<string> => {
  const nonces = new Set<string>();
  for (const run of runsOf(context).flatMap((own) => [own, ...attemptsOf(own)])) {
    for (const record of readJournal(run)) {
      if (record.event === 'run-started' && typeof record.nonce === 'string') nonces.add(record.nonce);
    }
  }
  return nonces;
};
