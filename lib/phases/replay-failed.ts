// What a replay that failed on a shadow database is called: by the refusal that ended it, by the server that lacked a part, by the migration.
import { DbsyncError } from '../errors/index.ts';
import { OUTSIDE_WHY, outsideWaysOn, type StepFailure } from '../execute/index.ts';
import type { Migration } from '../sources/contract.ts';
import type { Context } from './context.ts';
import { describeFailure } from './failed.ts';

/** A tool that could not or must not run at all is no fault of a migration, and has a code of its own. */
const REFUSALS: ReadonlySet<string> = new Set([
  'REACHES_OUTSIDE',
  'SHADOW_IS_TARGET',
  'SOURCE_REDIRECTED',
  'SOURCE_TOOL_MISSING',
  'SOURCE_UNSUPPORTED',
  'DRIVER_MISSING',
]);

/** Nothing is wrong with the migration: the shadow's server is not like the target's. */
const partMissing = (context: Context, failure: StepFailure): DbsyncError =>
  new DbsyncError('REPLAY_FAILED', {
    summary: context.redact(
      `The migration ${failure.migration} needs what the shadow's server does not have: ${describeFailure(failure)}`,
    ),
    why: "The target's server may have it; without a server that has it nothing can be rehearsed. Nothing was written to the target.",
    next: [
      ...(failure.excerpt ? [context.redact(failure.excerpt)] : []),
      'Install it beside the server on this machine, as it is beside the target; or',
      'set `shadow.urlVariable` in dbsync.config.ts to a variable with the URL of an empty database on a server that has it.',
      ...(context.environment.shadow.scratch
        ? []
        : [
            "Or set `shadow.scratch: true`: where the target's server has more extensions, it is rehearsed in a scratch database there.",
          ]),
    ],
    details: {
      migration: failure.migration,
      step: failure.step?.id ?? null,
      engineCode: failure.engine.code,
    },
  });

/** What the engine itself was told to refuse, because only it sees it. */
const reachesOutside = (context: Context, failure: StepFailure, outside: string): DbsyncError =>
  new DbsyncError('REACHES_OUTSIDE', {
    summary: context.redact(
      `The migration ${failure.migration} acts outside of the shadow database: ${outside}. ${describeFailure(failure)}`,
    ),
    why: OUTSIDE_WHY,
    next: outsideWaysOn,
    details: { migration: failure.migration, outside },
  });

/** The error of a replay that dbsync itself did not let go on; null where the migration failed by itself. */
export const refusalOf = (context: Context, failure: StepFailure): DbsyncError | null => {
  const { cause } = failure;
  if (cause instanceof DbsyncError && REFUSALS.has(cause.code)) return cause;
  const { outside } = failure.engine;
  return outside === undefined ? null : reachesOutside(context, failure, outside);
};

/** A history that begins behind tables which the project's own code makes runs only where that code was first. */
const madeByCode = (context: Context, pending: readonly Migration[]): readonly string[] => {
  const [first] = pending;
  return first?.sql === null && first.id === context.project.migrations[0]?.id
    ? [
        "Or, where the project's own code makes the first tables of a new database, let it do that and write its ledger: what comes later runs here.",
      ]
    : [];
};

export const replayFailed = (
  context: Context,
  failure: StepFailure,
  pending: readonly Migration[],
): DbsyncError => {
  const refusal = refusalOf(context, failure);
  if (refusal) return refusal;
  const isPending = pending.some((migration) => migration.id === failure.migration);
  if (failure.engine.missingPart) return partMissing(context, failure);
  return new DbsyncError('REPLAY_FAILED', {
    summary: context.redact(
      `The migration ${failure.migration} fails on a shadow database: ${describeFailure(failure)}`,
    ),
    why: isPending
      ? 'What fails on a shadow database would fail on the target. Nothing was written to the target.'
      : 'The history of the project does not lead to a schema. Nothing was written to the target.',
    next: [
      ...(failure.excerpt ? [context.redact(failure.excerpt)] : []),
      isPending
        ? 'Mend the migration: it is not applied yet.'
        : 'Mend the history, or squash it to a baseline that replays.',
      ...(isPending ? madeByCode(context, pending) : []),
    ],
    details: {
      migration: failure.migration,
      step: failure.step?.id ?? null,
      engineCode: failure.engine.code,
    },
  });
};
