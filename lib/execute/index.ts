// The room's door.

export { batchesOf, statementsOf } from './batches.ts';
export { type ExecuteHooks, type ExecuteResult, execute, type StepFailure } from './execute.ts';
export type { Outcome, PlannedBatch, Step, StepRecord, StepState } from './model.ts';
export { summarize } from './tally.ts';
