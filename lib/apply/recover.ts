// Reads an interrupted journal: what is committed, undone, not started, or only the target itself can tell. Pure.
import type { StoredRecord } from '../audit/index.ts';
import type { PlannedBatch, StepRecord, StepState } from '../execute/index.ts';
import { summarize } from '../execute/index.ts';

export interface Interrupted {
  readonly steps: readonly StepRecord[];
  /** Batches whose end the journal does not tell. */
  readonly doubtful: readonly PlannedBatch[];
  /** Batches that were committed for certain. */
  readonly committed: readonly PlannedBatch[];
}

/** The records of the last run in a journal. */
export const lastRun = (records: readonly StoredRecord[]): readonly StoredRecord[] => {
  const start = records.findLastIndex((record) => record.event === 'run-started');
  return start < 0 ? [] : records.slice(start);
};

type BatchState = 'not-started' | 'in-doubt' | 'committed' | 'rolled-back';

const batchState = (batch: PlannedBatch, records: readonly StoredRecord[]): BatchState => {
  const own = records.filter((record) => record.batch === batch.id).map((record) => record.event);
  if (own.includes('batch-committed')) return 'committed';
  if (own.includes('batch-rolled-back') || own.includes('batch-failed')) return 'rolled-back';
  return own.includes('batch-started') ? 'in-doubt' : 'not-started';
};

const stepState = (batch: PlannedBatch, state: BatchState, events: ReadonlySet<string>): StepState => {
  if (state === 'committed') return 'committed';
  if (!events.has('step-started')) return 'not-started';
  if (batch.transactional) return state === 'rolled-back' ? 'rolled-back' : 'unknown';
  if (events.has('step-done')) return 'committed';
  return events.has('step-failed') ? 'failed' : 'unknown';
};

/** What the journal says of each step; `resolve` tells of a doubtful batch what the target showed, null where it could not. */
export const readInterrupted = (
  batches: readonly PlannedBatch[],
  records: readonly StoredRecord[],
  resolve: (batch: PlannedBatch) => 'committed' | 'rolled-back' | null,
): Interrupted => {
  const run = lastRun(records);
  const steps: StepRecord[] = [];
  const doubtful: PlannedBatch[] = [];
  const committed: PlannedBatch[] = [];
  for (const batch of batches) {
    const told = batchState(batch, run);
    const shown = told === 'in-doubt' ? resolve(batch) : null;
    const state = shown ?? told;
    if (state === 'in-doubt') doubtful.push(batch);
    if (state === 'committed') committed.push(batch);
    for (const step of batch.steps) {
      const own = run.filter((record) => record.step === step.id);
      const error = own.find((record) => record.event === 'step-failed')?.error;
      steps.push({
        id: step.id,
        migration: step.migration,
        summary: summarize(step.sql),
        state: stepState(batch, state, new Set(own.map((record) => record.event))),
        durationMs: null,
        rows: null,
        note: null,
        error: typeof error === 'string' ? error : null,
      });
    }
  }
  return { steps, doubtful, committed };
};
