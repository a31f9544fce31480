// A torn migration, taken up again: what was done is replayed on the shadow database, what is left becomes the plan.
import { settingsBefore } from '../apply/torn.ts';
import { type PlannedBatch, partOf, stepNumber } from '../execute/index.ts';
import type { LedgerEntry, Migration } from '../sources/contract.ts';
import type { observe } from './analysis.ts';
import type { Context } from './context.ts';
import { byHand, examineTorn, factsFor, parseResume, refusedResume, refuseTorn, type Torn } from './torn.ts';

type Seen = Awaited<ReturnType<typeof observe>>;

/** A torn migration whose last statement that is done is known. */
export interface Resumption {
  readonly migration: Migration;
  /** What was done already, to be replayed on a shadow database. */
  readonly head: readonly PlannedBatch[];
  /** What is left to send. */
  readonly tail: readonly PlannedBatch[];
  readonly note: string;
}

const demandUnchanged = (
  context: Context,
  torn: Torn & { readonly row: LedgerEntry },
  done: number,
): void => {
  if (torn.row.checksum === torn.migration.checksum) return;
  for (const step of torn.batches.flatMap((batch) => batch.steps)) {
    const number = stepNumber(step.id) ?? 0;
    if (number > done || torn.told?.texts.get(number) === context.redact(step.sql)) continue;
    throw refusedResume(
      `${step.file}:${step.line}: the file was changed since it was begun, and statement ${number}, which is in the database already, ${torn.told?.texts.has(number) ? 'is another one now' : 'is written down nowhere'}.`,
      [
        'Restore the statements that were applied; only what comes behind them may be corrected.',
        ...byHand(context, torn.migration.id),
      ],
    );
  }
};

const again = (context: Context, torn: Torn, done: number): readonly PlannedBatch[] => {
  const settings = settingsBefore(torn.batches, done, factsFor(context));
  if ('bound' in settings)
    throw refusedResume(
      `Statement ${settings.bound} of "${torn.migration.id}" made something that ended with its session (a temporary table, a variable, a lock), and what follows may need it.`,
      byHand(context, torn.migration.id),
    );
  const steps = torn.batches
    .flatMap((batch) => batch.steps)
    .filter((step) => settings.again.includes(stepNumber(step.id) ?? 0));
  const [first] = steps;
  return first
    ? [
        {
          id: `${torn.migration.id}@settings`,
          migration: torn.migration.id,
          transactional: false,
          because: 'settings of the session that the earlier statements made, for those that follow',
          settings: {},
          by: 'dbsync',
          closesLedger: false,
          steps,
        },
      ]
    : [];
};

/** What is left of a torn migration. Throws RESUME_REFUSED, MIGRATION_UNKNOWN. */
export const resumption = async (context: Context, seen: Seen, wanted: string): Promise<Resumption> => {
  const torn = await examineTorn(context, seen, parseResume(wanted));
  const { migration, batches, verdict } = torn;
  if (!('done' in verdict)) throw refuseTorn(context, torn);
  const { done } = verdict;
  demandUnchanged(context, torn, done);
  const total = batches.reduce((sum, batch) => sum + batch.steps.length, 0);
  const last = Math.max(
    0,
    ...batches.flatMap((batch) => batch.steps.map((step) => stepNumber(step.id) ?? 0)),
  );
  const note =
    done >= last
      ? `dbsync: all ${total} statements were in the database; finished now`
      : `dbsync: resumed behind statement ${done} of ${last}`;
  const tail = [...again(context, torn, done), ...partOf(batches, { after: done })];
  return {
    migration,
    head: partOf(batches, { until: done }),
    tail: tail.map((batch) => ({ ...batch, resumes: note })),
    note,
  };
};
