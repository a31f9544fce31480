// Reads an interrupted journal: what is committed, undone, not started, or only the target itself can tell. Pure.
import type { StoredRecord } from '../audit/index.ts';
import type { PlannedBatch, Step, StepRecord, StepState } from '../execute/index.ts';
import { stepNumber, summarize } from '../execute/index.ts';

export interface Interrupted {
  readonly steps: readonly StepRecord[];
  /** Batches whose end the journal does not tell. */
  readonly doubtful: readonly PlannedBatch[];
  /** Batches that were committed for certain. */
  readonly committed: readonly PlannedBatch[];
}

/** The records of the last run in a journal. */
const lastRun = (records: readonly StoredRecord[]): readonly StoredRecord[] => {
  const start = records.findLastIndex((record) => record.event === 'run-started');
  return start < 0 ? [] : records.slice(start);
};

type BatchState = 'not-started' | 'in-doubt' | 'committed' | 'rolled-back';

const batchState = (batch: PlannedBatch, records: readonly StoredRecord[]): BatchState => {
  const own = records.filter((record) => record.batch === batch.id).map((record) => record.event);
  if (own.includes('batch-committed')) return 'committed';
  const undone = records.find((record) => record.batch === batch.id && record.event === 'batch-rolled-back');
  if ((undone && undone.lost !== true) || own.includes('batch-failed')) return 'rolled-back';
  if (!own.includes('batch-started')) return 'not-started';
  // The commit was never sent, so the engine undid what its session left open.
  return batch.transactional && !own.includes('batch-committing') ? 'rolled-back' : 'in-doubt';
};

const stepState = (batch: PlannedBatch, state: BatchState, own: readonly StoredRecord[]): StepState => {
  const events = new Set(own.map((record) => record.event));
  if (state === 'committed') return 'committed';
  if (!events.has('step-started')) return 'not-started';
  if (batch.transactional) return state === 'rolled-back' ? 'rolled-back' : 'unknown';
  if (events.has('step-done')) return 'committed';
  const lost = own.some((record) => record.event === 'step-failed' && record.lost === true);
  return events.has('step-failed') && !lost ? 'failed' : 'unknown';
};

/** What the live schema proved goes before what the journal says: an own transaction of the file undoes statements that were done. */
const proven = (state: StepState, id: string, done: number | undefined): StepState => {
  const number = stepNumber(id);
  if (done === undefined || number === null || state === 'not-started' || state === 'failed') return state;
  return number <= done ? 'committed' : 'rolled-back';
};

const settledIn = (run: readonly StoredRecord[], step: string): StepState | null => {
  const said = run.findLast(
    ({ event, steps }) => event === 'tool-settled' && Array.isArray(steps) && steps.includes(step),
  )?.state;
  return said === 'committed' || said === 'rolled-back' || said === 'unknown' ? said : null;
};

/** DDL that was sent last and not answered: on some engines it commits what is open before it. */
const inDoubt = (batch: PlannedBatch, run: readonly StoredRecord[]): number => {
  const answered = new Set(run.filter(({ event }) => event !== 'step-started').map(({ step }) => step));
  const sent = batch.steps.findLast(({ id }) =>
    run.some(({ event, step }) => event === 'step-started' && step === id),
  );
  return sent && !answered.has(sent.id) ? (sent.committedBefore ?? 0) : 0;
};

/** Statements that the tool sent here and not in the rehearsal. */
const unplanned = (batch: PlannedBatch, run: readonly StoredRecord[]): readonly Step[] => {
  const known = new Set(batch.steps.map(({ id }) => id));
  const blank = {
    file: batch.migration,
    verb: '',
    transactional: true,
    lockTimeoutMs: 0,
    statementTimeoutMs: 0,
  };
  return run.flatMap(({ event, step, sql }) => {
    if (event !== 'step-started' || typeof step !== 'string' || typeof sql !== 'string') return [];
    if (known.has(step) || !step.startsWith(`${batch.migration}#`)) return [];
    return [{ ...blank, id: step, migration: batch.migration, sql, line: stepNumber(step) ?? 0 }];
  });
};

/** A statement of the tool: as the journal settled it, else undone with the transaction that held it. */
const toolState = (
  run: readonly StoredRecord[],
  step: Step,
  of: { readonly batch: PlannedBatch; readonly place: number },
): StepState => {
  const events = new Set(run.filter((record) => record.step === step.id).map((record) => record.event));
  if (events.has('step-failed')) return 'failed';
  const settled = settledIn(run, step.id);
  if (settled !== null) return settled;
  if (!events.has('step-started')) return 'not-started';
  if (events.has('step-done')) return of.place < inDoubt(of.batch, run) ? 'unknown' : 'rolled-back';
  return step.waits || of.batch.transactional ? 'rolled-back' : 'unknown';
};

/** What the target itself showed. */
export interface Shown {
  /** Of a batch whose end the journal does not tell; null where the target does not tell it either. */
  readonly resolve: (batch: PlannedBatch) => 'committed' | 'rolled-back' | null;
  /** Torn migrations, and the number of the last statement that is proven to be done. */
  readonly done: ReadonlyMap<string, number>;
}

/** What the journal says of each step, and where it is silent, what the target showed. */
export const readInterrupted = (
  batches: readonly PlannedBatch[],
  records: readonly StoredRecord[],
  shown: Shown,
): Interrupted => {
  const run = lastRun(records);
  const steps: StepRecord[] = [];
  const doubtful: PlannedBatch[] = [];
  const committed: PlannedBatch[] = [];
  let before = 0;
  for (const batch of batches) {
    const told = batchState(batch, run);
    const byTool = batch.by === 'tool';
    const state = (told === 'in-doubt' || byTool ? shown.resolve(batch) : null) ?? told;
    if (state === 'committed') committed.push(batch);
    const first = before;
    const sent = byTool ? [...batch.steps, ...unplanned(batch, run)] : batch.steps;
    const of = sent.map((step, index): StepRecord => {
      const own = run.filter((record) => record.step === step.id);
      const error = own.find((record) => record.event === 'step-failed')?.error;
      const said =
        byTool && state !== 'committed'
          ? toolState(run, step, { batch, place: first + index })
          : stepState(batch, state, own);
      return {
        id: step.id,
        migration: step.migration,
        summary: summarize(step.sql),
        state: proven(said, step.id, shown.done.get(step.migration)),
        durationMs: null,
        rows: null,
        note: null,
        error: typeof error === 'string' ? error : null,
      };
    });
    before += batch.steps.length;
    steps.push(...of);
    const silent = batch.steps.length === 0 && batch.transactional && state === 'in-doubt';
    if (silent || of.some((step) => step.state === 'unknown')) doubtful.push(batch);
  }
  return { steps, doubtful, committed };
};
