// Puts what was seen on a shadow database into the plan's steps; what was not seen is told by the texts. Pure.
import type { Dialect, TableEffect } from '../dialects/contract.ts';
import type { PlannedBatch, Step, StepRecord } from '../execute/model.ts';

const lockOf = (step: Step, effects: readonly TableEffect[]): string | undefined => {
  const order: readonly TableEffect['blocks'][] = ['all', 'writes', 'schema', 'rows', 'nothing'];
  const [worst] = effects.toSorted((a, b) => order.indexOf(a.blocks) - order.indexOf(b.blocks));
  return worst?.lock ?? step.lock;
};

/** The batches, each step with its effects and with the lock that was measured in place of the one that its text says. */
export const withEffects = (
  dialect: Dialect,
  batches: readonly PlannedBatch[],
  records: readonly StepRecord[],
): readonly PlannedBatch[] => {
  const seen = new Map(records.map((record) => [record.id, record.effects]));
  return batches.map((batch) => ({
    ...batch,
    steps: batch.steps.map((step, index) => {
      const { sql: text, file, line } = step;
      const effects =
        seen.get(step.id) ?? dialect.foresee?.({ text, file, line, offset: 0, index }) ?? step.effects;
      if (effects === undefined || effects.length === 0) return step;
      const lock = lockOf(step, effects);
      return { ...step, ...(lock !== undefined && { lock }), effects };
    }),
  }));
};
