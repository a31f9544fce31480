// A replay that need not be made again. Where an earlier plan replayed these very migrations and found the schema that the target has
// now, the recorded schema is the actual one; anything else is replayed.
import { attemptsOf, readArtifact } from '../audit/index.ts';
import type { Plan } from '../plan/index.ts';
import { fingerprint, type Hash, hashOf, type Snapshot } from '../schema/index.ts';
import type { Migration } from '../sources/contract.ts';
import type { Context } from './context.ts';
import { runsOf } from './run.ts';
import { VERSION } from './version.ts';

/** Older runs are not looked through: a replay costs less than reading many plans. */
const MAX_PLANS = 8;

/** Everything of ours that a replay's snapshot depends on, in one word. */
export const replayHash = (
  context: Pick<Context, 'dialect' | 'detection' | 'inspect'>,
  migrations: readonly Migration[],
): Hash =>
  hashOf({
    version: VERSION,
    dialect: context.dialect.name,
    source: context.detection.source,
    ignore: context.inspect.ignore,
    migrations: migrations.map(({ id, checksum }) => [id, checksum]),
  });

/** What a plan without drift proves: which migrations lead to which schema. */
const proves = ({ replayed, drift, from, predicted }: Plan, wanted: Hash, actual: Hash): boolean =>
  replayed != null &&
  drift.status === 'none' &&
  ((replayed.before === wanted && from === actual) || (replayed.after === wanted && predicted === actual));

/** The run whose plan proves that these migrations lead to this schema; null where none does. */
export const provenBy = (
  context: Context,
  applied: readonly Migration[],
  actual: Snapshot,
): string | null => {
  const wanted = replayHash(context, applied);
  const own = fingerprint(actual);
  const runs = runsOf(context).flatMap((run) => [run, ...[...attemptsOf(run)].reverse()]);
  for (const run of runs.slice(0, MAX_PLANS)) {
    const plan = readArtifact<Plan>(run, 'plan')?.artifact.body;
    if (plan && proves(plan, wanted, own)) return run.task;
  }
  return null;
};
