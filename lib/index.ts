// The public door: the configuration's types, the tasks as functions, the artifacts' types, the errors, the two contracts.
export type { Execution } from './apply/model.ts';
export type { Approval } from './approve/index.ts';
export type { Artifact, ArtifactKind } from './audit/index.ts';
export { createTasks, type Task, type Tasks } from './cli/tasks.ts';
export { type DbsyncConfig, defineConfig, type EnvironmentConfig } from './config/define.ts';
export type { Dialect } from './dialects/contract.ts';
export { DbsyncError, type ErrorCode, EXIT, type ExitCode } from './errors/index.ts';
export type { Outcome, PhaseOptions, World } from './phases/index.ts';
export type { Plan } from './plan/model.ts';
export type { ConnectionCheck } from './preflight/model.ts';
export type { Rehearsal } from './rehearse/model.ts';
export type { Hazard } from './risk/index.ts';
export type { Change, Diff, Snapshot } from './schema/index.ts';
export type { Source } from './sources/contract.ts';
export type { Verification } from './verify/model.ts';
