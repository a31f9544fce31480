// The room's door.
export { type ReplayInput, replay } from './replay.ts';
export { type KeptShadow, type OpenShadow, withShadow } from './shadow.ts';
