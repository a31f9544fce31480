// The room's door.

export { batchesOf, handOver, partOf, statementsOf, stepNumber } from './batches.ts';
export { type ExecuteHooks, type ExecuteResult, execute, type StepFailure } from './execute.ts';
export type { Captured, Outcome, PlannedBatch, Step, StepRecord, StepState } from './model.ts';
export { summarize } from './tally.ts';
