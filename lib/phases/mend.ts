// Mends the ledger: a failed row resolved, or a baseline recorded; only where the schema itself proves it, and a person confirms.
import { detectActor } from '../approve/index.ts';
import type { Session } from '../dialects/contract.ts';
import { DbsyncError, EXIT } from '../errors/index.ts';
import { type Diff, describeChange, diffSnapshots, isEmpty, type Snapshot } from '../schema/index.ts';
import { replay, withShadow } from '../shadow/index.ts';
import type { Migration } from '../sources/contract.ts';
import { observe } from './analysis.ts';
import { type Context, shadowRequest, withTarget } from './context.ts';
import { demandRemembered } from './memory.ts';
import type { Outcome } from './outcome.ts';
import { mayReachOut } from './outside.ts';
import { refusalOf } from './replay-failed.ts';

/** What shall be written, and the schema that must be there for it. */
interface Claim {
  readonly what: string;
  /** Migrations whose replay must give the live schema. */
  readonly history: readonly Migration[];
  readonly write: (session: Session) => Promise<void>;
}

const MAX_LINES = 12;

const find = (context: Context, id: string): number => {
  const index = context.project.migrations.findIndex((migration) => migration.id === id);
  if (index >= 0) return index;
  throw new DbsyncError('MIGRATION_UNKNOWN', {
    summary: `The project has no migration called "${id}".`,
    next: ['$ npx zx tasks/status.ts --env <env>'],
  });
};

const baselineClaim = (context: Context, id: string): Claim => {
  const history = context.project.migrations.slice(0, find(context, id) + 1);
  const { writer } = context.project.ledger;
  return {
    what: `baseline: ${history.length} migrations up to ${id} recorded as applied`,
    history,
    write: async (session) => {
      await writer.ensure(session);
      for (const migration of history) await writer.applied(session, migration, context.world.now());
    },
  };
};

const resolveClaim = (
  context: Context,
  applied: readonly string[],
  wanted: { readonly migration: string; readonly as: 'applied' | 'rolled-back' },
): Claim => {
  const index = find(context, wanted.migration);
  const migration = context.project.migrations[index];
  const known = new Set(applied);
  const history = context.project.migrations.filter(
    (item) => known.has(item.id) || (wanted.as === 'applied' && item.id === wanted.migration),
  );
  const { writer } = context.project.ledger;
  return {
    what: `${wanted.migration} recorded as ${wanted.as}`,
    history,
    write: async (session) => {
      if (wanted.as === 'rolled-back')
        await writer.rolledBack(session, wanted.migration, context.world.now());
      else if (migration) await writer.applied(session, migration, context.world.now());
    },
  };
};

/** The live schema against the one that the claimed history leads to. */
const prove = (
  context: Context,
  claim: Claim,
  { actual, located }: Awaited<ReturnType<typeof observe>>,
): Promise<Diff> =>
  withShadow(
    context.dialect,
    shadowRequest(context, 'empty', null, located.identity),
    async ({ session }) => {
      const replayed = await replay({
        dialect: context.dialect,
        session,
        project: context.project,
        migrations: claim.history,
        timeouts: context.environment.target.timeouts,
        signal: context.world.signal,
        now: context.world.now,
        mayReachOut: mayReachOut(context),
      });
      if (replayed.failure)
        throw (
          refusalOf(context, replayed.failure) ??
          unplayable(claim, replayed.failure.migration, replayed.failure.engine.message)
        );
      return diffSnapshots(await context.dialect.inspect(session, context.inspect), actual);
    },
  );

const unplayable = (claim: Claim, migration: string, message: string): DbsyncError =>
  new DbsyncError('RECOVERY_UNPROVEN', {
    summary: `Not recorded: "${claim.what}". The history does not replay on an empty database: ${migration}: ${message}`,
    why: 'Without a replay there is no schema to compare the live one with.',
    next: [
      'Mend the history so that it replays from nothing, or record the rows with the migration tool itself.',
    ],
  });

/** The last migration after which the replayed history is the live schema. Throws RECOVERY_UNPROVEN with the nearest miss. */
const findBaseline = (context: Context, actual: Snapshot): Promise<string> =>
  withShadow(context.dialect, shadowRequest(context, 'empty', null), async ({ session }) => {
    const { dialect, project, environment, world } = context;
    let proven: string | null = null;
    let nearest: { readonly id: string; readonly difference: Diff } | null = null;
    for (const migration of project.migrations) {
      const { failure } = await replay({
        dialect,
        session,
        project,
        migrations: [migration],
        timeouts: environment.target.timeouts,
        signal: world.signal,
        now: world.now,
        mayReachOut: mayReachOut(context),
      });
      if (failure) {
        // What is not allowed here says nothing of the migration; that it fails does: no later one is the last.
        const refusal = proven === null ? refusalOf(context, failure) : null;
        if (refusal) throw refusal;
        break;
      }
      const difference = diffSnapshots(await dialect.inspect(session, context.inspect), actual);
      if (isEmpty(difference)) proven = migration.id;
      if (nearest === null || difference.changes.length <= nearest.difference.changes.length)
        nearest = { id: migration.id, difference };
    }
    if (proven !== null) return proven;
    const what = nearest === null ? 'a baseline' : `baseline: everything up to ${nearest.id}, the nearest`;
    throw unproven({ what }, nearest?.difference ?? diffSnapshots(actual, actual));
  });

const unproven = (claim: Pick<Claim, 'what'>, difference: Diff): DbsyncError =>
  new DbsyncError('RECOVERY_UNPROVEN', {
    summary: `Not recorded: "${claim.what}". The live schema is not the one that this history leads to:\n${difference.changes
      .slice(0, MAX_LINES)
      .map((change) => `  ${describeChange(change)}`)
      .join('\n')}`,
    why: 'A ledger that says what is not so makes every later plan wrong. Nothing was written to the target.',
    next: ['Bring the schema to the state that you want recorded, or record another migration.'],
  });

/** The same confirmation as an approval: the name typed in full, by a person at a terminal where the environment is protected. */
const confirm = async (context: Context, claim: Claim): Promise<void> => {
  const { options, world, environment } = context;
  const actor = detectActor(world.surroundings);
  const next = [`Add --confirm ${environment.name}`];
  const byOption = options.confirm !== undefined;
  if (environment.target.protected && (byOption || actor.kind !== 'person')) {
    throw new DbsyncError(actor.kind === 'agent' ? 'APPROVAL_AGENT' : 'APPROVAL_NO_TERMINAL', {
      summary: `The ledger of the protected environment "${environment.name}" is mended by a person at a terminal only.`,
      next: ['Run the same command at a terminal, without --confirm.'],
    });
  }
  if (!byOption && !world.ui.questions)
    throw new DbsyncError('APPROVAL_REQUIRED', { summary: `Proven, not yet recorded: ${claim.what}.`, next });
  const typed =
    options.confirm ??
    (await world.ui.questions?.text(
      `To record "${claim.what}", type the environment's name (${environment.name})`,
    )) ??
    '';
  if (typed === environment.name) return;
  throw new DbsyncError('APPROVAL_NAME_MISMATCH', {
    summary: `"${typed}" was typed; the environment is "${environment.name}".`,
    next,
  });
};

const record = async (context: Context, claim: Claim): Promise<void> => {
  const { dialect, address, environment, project } = context;
  const { timeouts } = environment.target;
  const session = await dialect.connect(address, { mode: 'write', timeouts });
  try {
    await dialect.withLock(
      session,
      { waitMs: timeouts.runnerLockMs, toolLock: project.ledger.toolLock, timeouts },
      () => claim.write(session),
    );
  } finally {
    await session.close();
  }
};

/** `recover --baseline`, `--applied`, `--rolled-back`. Throws RECOVERY_UNPROVEN, MIGRATION_UNKNOWN, APPROVAL_*. */
export const mendLedger = async (context: Context): Promise<Outcome> => {
  const { baseline, resolve } = context.options;
  const seen = await withTarget(context, async (session) => {
    await demandRemembered(context, session);
    return observe(context, session);
  });
  const claim =
    baseline !== undefined
      ? baselineClaim(context, baseline === 'auto' ? await findBaseline(context, seen.actual) : baseline)
      : resolve
        ? resolveClaim(context, seen.ledger.applied, resolve)
        : null;
  if (!claim)
    throw new DbsyncError('USAGE', {
      summary: 'Nothing was named to recover.',
      next: ['--baseline, --applied <migration> or --rolled-back <migration>'],
    });
  const difference = await prove(context, claim, seen);
  if (!isEmpty(difference)) throw unproven(claim, difference);
  await confirm(context, claim);
  await record(context, claim);
  return {
    exitCode: EXIT.done,
    kind: 'mended',
    data: { what: claim.what, migrations: claim.history.map((migration) => migration.id) },
  };
};
