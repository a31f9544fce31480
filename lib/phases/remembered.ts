// What need not be measured again. Where an earlier plan replayed these very migrations and found the schema that the target has
// now, the recorded schema is the actual one; what the schema files say beyond them is taken over where nothing it depends on has
// changed. Anything else is measured. It starts nothing and asks no database; what code read is compared by its source.
import { attemptsOf, type Run, readArtifact, writeArtifact } from '../audit/index.ts';
import { DbsyncError } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import { fingerprint, type Hash, hashOf, type Snapshot } from '../schema/index.ts';
import type { Coverage, Forgotten, Memory, Migration } from '../sources/contract.ts';
import type { Context, Desk } from './context.ts';
import { runsOf } from './run.ts';
import type { Located } from './target-ref.ts';
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

/**
 * Everything that the answer of `uncovered` depends on, in one word: the migrations, the declared schema with whoever compares it,
 * and the server. Null where the source cannot tell, or no server is there yet.
 */
export const coverageHash = (
  context: Pick<Context, 'dialect' | 'detection' | 'inspect' | 'project'>,
  located: Located,
  migrations: readonly Migration[],
): Hash | null => {
  const { uncoveredOf } = context.project;
  if (uncoveredOf === undefined || located.identity === null) return null;
  const { product, version } = located.identity;
  return hashOf({ replayed: replayHash(context, migrations), asked: uncoveredOf, product, version });
};

/** The runs that are looked through, newest first. */
const recentRuns = (desk: Desk): readonly Run[] =>
  runsOf(desk)
    .flatMap((run) => [run, ...[...attemptsOf(run)].reverse()])
    .slice(0, MAX_PLANS);

/** What the project's code said in a run, as far as it belongs to the plan that lies there. One that was edited is none. */
const memoryIn = (run: Run): Memory | null => {
  try {
    const memory = readArtifact<Memory | Forgotten>(run, 'memory')?.artifact;
    if (!memory || !('hash' in memory.body)) return null;
    return memory.previous === readArtifact(run, 'plan')?.hash ? memory.body : null;
  } catch (error) {
    if (error instanceof DbsyncError) return null;
    throw error;
  }
};

/** Writes down, beside a plan, what the project's code said while it was made, or why that tells a later run nothing. */
export const keepMemory = (
  { redact, world }: Desk,
  run: Run,
  { plan, memory }: { readonly plan: Hash; readonly memory: Memory | Forgotten | null },
): void => {
  if (memory) writeArtifact(run, { kind: 'memory', previous: plan, body: memory, at: world.now(), redact });
};

/** The memories of earlier runs, newest first. */
export function* memoriesOf(desk: Desk): Generator<Memory> {
  for (const run of recentRuns(desk)) {
    const memory = memoryIn(run);
    if (memory) yield memory;
  }
}

/** What a plan without drift proves: which migrations lead to which schema. */
const proves = ({ replayed, drift, from, predicted }: Plan, wanted: Hash, actual: Hash): boolean =>
  replayed != null &&
  drift.status === 'none' &&
  ((replayed.before === wanted && from === actual) || (replayed.after === wanted && predicted === actual));

/** What is known of the target from earlier runs. */
export interface Proof {
  /** The run whose plan proves that the migrations lead to its schema. */
  readonly task: string;
  /** What that run found the schema files to say beyond them; null where it must be asked (again). */
  readonly coverage: Coverage | null;
}

/** Code is told which server it meets, and may do otherwise on another. */
const sameServer = (plan: Plan, { ref }: Located): boolean =>
  plan.target.product === ref.product && plan.target.version === ref.version;

/**
 * The proof that these migrations lead to this schema, one with the coverage before one without; null where there is none. Migrations
 * in code are what they were only as long as everything that the code reads is, which the memory of that very run tells.
 */
export const provenBy = (
  context: Context,
  seen: { readonly actual: Snapshot; readonly located: Located },
  applied: readonly Migration[],
): Proof | null => {
  const wanted = replayHash(context, applied);
  const covered = coverageHash(context, seen.located, applied);
  const own = fingerprint(seen.actual);
  const memory = context.project.recalled?.memory.hash;
  let first: Proof | null = null;
  for (const run of recentRuns(context)) {
    if (memory !== undefined && memoryIn(run)?.hash !== memory) continue;
    const plan = readArtifact<Plan>(run, 'plan')?.artifact.body;
    if (!plan || !proves(plan, wanted, own)) continue;
    if (memory !== undefined && !sameServer(plan, seen.located)) continue;
    const { uncovered, uncoveredOf } = plan;
    if (covered !== null && uncoveredOf === covered && uncovered !== null)
      return { task: run.task, coverage: { uncovered, because: null } };
    first ??= { task: run.task, coverage: null };
    if (covered === null) break;
  }
  return first;
};
