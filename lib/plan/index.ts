// The room's door.
export { forecastAtomicity } from './atomicity.ts';
export { collisions, driftReport, touchedSubjects } from './drift.ts';
export { collectHazards, type HazardInput } from './hazards.ts';
export { type Linted, type LintInput, lintMigrations } from './lint.ts';
export * from './model.ts';
export { type MigrationChange, rollbackOf } from './rollback.ts';
