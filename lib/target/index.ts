// The room's door.
export { type Redact, redactor } from './redact.ts';
export { openSecret, Secret } from './secret.ts';
export type { Target, TargetRef, Timeouts } from './target.ts';
