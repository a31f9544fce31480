// The room's door.
export { type Declared, type DeclaredChange, declaredSchema } from './change.ts';
export { scriptOf, withWarnings } from './script.ts';
export { warningsOf } from './warnings.ts';
