// The room's door.
export { describeChange, describeSubject } from './describe.ts';
export {
  type AttributeChange,
  type Change,
  changesBetween,
  type Diff,
  diffSnapshots,
  isEmpty,
} from './diff.ts';
export type { Attributes, ChildName, ObjectName, SchemaEdit } from './edit.ts';
export {
  canonicalJson,
  fingerprint,
  type Hash,
  hashOf,
  hashText,
  sameValue,
  shortHash,
} from './fingerprint.ts';
export {
  childOf,
  findObject,
  hasObjects,
  keyOf,
  ORDERED_KINDS,
  type SchemaObject,
  type Snapshot,
  type Subject,
  schemaObject,
  snapshotOf,
  subjectOf,
  type Value,
} from './model.ts';
export { patchSnapshot } from './patch.ts';
export { type Chapter, type Story, storyOf } from './story.ts';
