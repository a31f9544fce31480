// The room's door.
export { forecastAtomicity } from './atomicity.ts';
export { collisions, driftReport } from './drift.ts';
export { collectHazards, type HazardInput } from './hazards.ts';
export { type Judged, judge } from './judge.ts';
export { type Linted, type LintInput, lintMigrations } from './lint.ts';
export { forecastLocks, type LockForecast, type LockInput, largestWorked } from './locks.ts';
export * from './model.ts';
export { withEffects } from './observed.ts';
export { type MigrationChange, rollbackOf } from './rollback.ts';
