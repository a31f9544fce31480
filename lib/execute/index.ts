// The room's door.

export { batchesOf, handOver, partOf, statementsOf, stepNumber } from './batches.ts';
export { type ExecuteHooks, type ExecuteResult, execute, type StepFailure } from './execute.ts';
export type { Captured, Outcome, PlannedBatch, Step, StepRecord, StepState } from './model.ts';
export { type MayReachOut, OUTSIDE_HAZARD, OUTSIDE_WHY, outsideWaysOn, refuseOutside } from './outside.ts';
export { summarize } from './tally.ts';
