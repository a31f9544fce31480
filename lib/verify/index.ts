// The room's door.
export { runCompatibility } from './compatibility.ts';
export { compareRows, explainedByDrift, judgeVerification } from './judge.ts';
export type { Compatibility, RowChange, Verification } from './model.ts';
