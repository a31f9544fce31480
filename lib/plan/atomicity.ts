// The atomicity forecast: what a failure would leave behind, on this engine, with these files. Pure.
import type { PlannedBatch } from '../execute/model.ts';
import type { Atomicity, StepFailureForecast } from './model.ts';

const group = (batches: readonly PlannedBatch[]): ReadonlyMap<string, readonly PlannedBatch[]> => {
  const groups = new Map<string, PlannedBatch[]>();
  for (const batch of batches) groups.set(batch.migration, [...(groups.get(batch.migration) ?? []), batch]);
  return groups;
};

/** Nothing of the tool's migration was committed on the shadow database when one of its statements came. */
const keepsNothing = ({ steps }: PlannedBatch): boolean =>
  steps.every(
    (step) => step.committedBefore !== undefined && step.committedBefore === steps[0]?.committedBefore,
  );

/** One statement outside a transaction is still done or not done. */
const isAtomic = (batches: readonly PlannedBatch[]): boolean =>
  batches.length === 1 &&
  batches.every((batch) =>
    batch.by === 'tool' ? keepsNothing(batch) : batch.transactional || batch.steps.length <= 1,
  );

/** The tool runs all of it in one transaction. */
const isOneTransaction = (batches: readonly PlannedBatch[]): boolean =>
  batches.some((batch) => batch.steps.length > 0) &&
  batches.every(
    (batch) => batch.by === 'tool' && batch.steps.every((step) => step.waits && step.committedBefore === 0),
  );

const reasons = (batches: readonly PlannedBatch[]): string =>
  [...new Set(batches.map((batch) => batch.because.replace(/\.$/, '')))].join('; ');

const summaryOf = (migrations: Atomicity['migrations'], together: boolean): string => {
  if (migrations.length === 0) return 'Nothing will be written.';
  const torn = migrations.filter((item) => !item.atomic);
  if (torn.length > 0) {
    return `A failure inside ${torn.map((item) => item.migration).join(', ')} leaves the statements before it committed.`;
  }
  if (migrations.length === 1 || together) return 'A failure anywhere leaves the target as it was.';
  return 'A failure leaves the failing migration undone as a whole; the migrations before it stay applied.';
};

/** A batch that is sent statement by statement although the file opens a transaction in it. */
const OPENS_TRANSACTION = /^(BEGIN|START|XA)\b/;

/** How many statements stay when the one at `index` fails; null where the file's own transaction decides, or nothing was measured. */
const staysAt = (batch: PlannedBatch, before: number, index: number): number | null => {
  if (batch.by === 'tool') return batch.steps[index]?.committedBefore ?? null;
  const frames = batch.steps.findIndex(({ verb }) => !batch.transactional && OPENS_TRANSACTION.test(verb));
  if (frames >= 0 && index > frames) return null;
  return batch.transactional ? before : before + index;
};

const failuresIn = (batch: PlannedBatch, before: number): readonly StepFailureForecast[] =>
  batch.steps.map((step, index) => ({
    step: step.id,
    stays: staysAt(batch, before, index),
    itself: step.concurrent ?? false,
  }));

const failuresOf = (batches: readonly PlannedBatch[]): readonly StepFailureForecast[] => {
  let before = 0;
  return batches.flatMap((batch) => {
    const failures = failuresIn(batch, before);
    before += batch.steps.length;
    return failures;
  });
};

/** The forecast for the batches of a plan. */
export const forecastAtomicity = (batches: readonly PlannedBatch[]): Atomicity => {
  const migrations = [...group(batches)].map(([migration, own]) => ({
    migration,
    atomic: isAtomic(own),
    because: reasons(own),
  }));
  const together = isOneTransaction(batches);
  return {
    atomic: (migrations.length <= 1 || together) && migrations.every((item) => item.atomic),
    summary: summaryOf(migrations, together),
    migrations,
    failures: failuresOf(batches),
  };
};
