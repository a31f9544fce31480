// Keeps count of what became of each step. Pure bookkeeping, one tally for one run.
import type { PlannedBatch, Step, StepRecord, StepState } from './model.ts';

const MAX_SUMMARY = 160;

/** One line of SQL, shortened. */
export const summarize = (sql: string): string => {
  const line = sql.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_SUMMARY ? `${line.slice(0, MAX_SUMMARY - 3)}...` : line;
};

export interface Tally {
  readonly records: () => readonly StepRecord[];
  readonly set: (stepId: string, change: Partial<Omit<StepRecord, 'id' | 'migration' | 'summary'>>) => void;
  /** Sets the state of every step of a batch that was sent, except those that failed or that the file itself rolled back. */
  readonly settle: (batch: PlannedBatch, state: StepState) => void;
  readonly add: (step: Pick<Step, 'id' | 'migration' | 'sql'>) => void;
  readonly count: (state: StepState) => number;
}

const blank = (step: Pick<Step, 'id' | 'migration' | 'sql'>): StepRecord => ({
  id: step.id,
  migration: step.migration,
  summary: summarize(step.sql),
  state: 'not-started',
  durationMs: null,
  rows: null,
  note: null,
  error: null,
});

/** A tally of every step of the plan, none of them started. */
export const tallyOf = (batches: readonly PlannedBatch[]): Tally => {
  const steps = new Map<string, StepRecord>();
  const add = (step: Pick<Step, 'id' | 'migration' | 'sql'>): void => {
    steps.set(step.id, blank(step));
  };
  for (const batch of batches) batch.steps.forEach(add);
  const set: Tally['set'] = (id, change) => {
    const old = steps.get(id);
    if (old) steps.set(id, { ...old, ...change });
  };
  return {
    records: () => [...steps.values()],
    set,
    add,
    settle: (batch, state) => {
      for (const step of batch.steps) {
        const record = steps.get(step.id);
        const decided =
          record?.state === 'failed' || (state === 'committed' && record?.state === 'rolled-back');
        if (record && !decided && record.durationMs !== null) set(step.id, { state });
      }
    },
    count: (state) => [...steps.values()].filter((record) => record.state === state).length,
  };
};
