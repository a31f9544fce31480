// The atomicity forecast: what a failure would leave behind, on this engine, with these files. Pure.
import type { PlannedBatch } from '../execute/model.ts';
import type { Atomicity } from './model.ts';

const group = (batches: readonly PlannedBatch[]): ReadonlyMap<string, readonly PlannedBatch[]> => {
  const groups = new Map<string, PlannedBatch[]>();
  for (const batch of batches) groups.set(batch.migration, [...(groups.get(batch.migration) ?? []), batch]);
  return groups;
};

/** One statement outside a transaction is still done or not done. */
const isAtomic = (batches: readonly PlannedBatch[]): boolean =>
  batches.length === 1 &&
  batches.every((batch) => batch.by === 'dbsync' && (batch.transactional || batch.steps.length <= 1));

const reasons = (batches: readonly PlannedBatch[]): string =>
  [...new Set(batches.map((batch) => batch.because))].join('; ');

const summaryOf = (migrations: Atomicity['migrations']): string => {
  if (migrations.length === 0) return 'Nothing will be written.';
  const torn = migrations.filter((item) => !item.atomic);
  if (torn.length > 0) {
    return `A failure inside ${torn.map((item) => item.migration).join(', ')} leaves the statements before it committed.`;
  }
  if (migrations.length === 1) return 'A failure anywhere leaves the target as it was.';
  return 'A failure leaves the failing migration undone as a whole; the migrations before it stay applied.';
};

/** The forecast for the batches of a plan. */
export const forecastAtomicity = (batches: readonly PlannedBatch[]): Atomicity => {
  const migrations = [...group(batches)].map(([migration, own]) => ({
    migration,
    atomic: isAtomic(own),
    because: reasons(own),
  }));
  return {
    atomic: migrations.length <= 1 && migrations.every((item) => item.atomic),
    summary: summaryOf(migrations),
    migrations,
  };
};
