// The room's door.
export { forecastAtomicity } from './atomicity.ts';
export { collisions, driftReport, touchedSubjects } from './drift.ts';
export { collectHazards, type HazardInput } from './hazards.ts';
export * from './model.ts';
export { type MigrationChange, rollbackOf } from './rollback.ts';
