// Leaves out what the caller does not want to see: the ledger's tables, and what the configuration says is not ours. Pure.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { ObjectPattern } from '../../contract.ts';

/** Exact names, or `*` for any run of characters. */
const nameMatcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*')}$`,
  );

type Test = (object: SchemaObject, child: boolean) => boolean;

/** A pattern with a kind reaches children (triggers, indexes) too; one without names top-level objects only. */
const testOf = (pattern: ObjectPattern): Test => {
  const name = nameMatcher(pattern.name);
  return (object, child) =>
    (pattern.kind === undefined ? !child : pattern.kind === object.kind) && name.test(object.name);
};

const withoutChildren = (object: SchemaObject, tests: readonly Test[]): SchemaObject => {
  const kept = object.children.filter((child) => !tests.some((test) => test(child, true)));
  return kept.length === object.children.length ? object : schemaObject({ ...object, children: kept });
};

export const leaveOut = (
  objects: readonly SchemaObject[],
  patterns: readonly ObjectPattern[],
): readonly SchemaObject[] => {
  if (patterns.length === 0) return objects;
  const tests = patterns.map(testOf);
  return objects
    .filter((object) => !tests.some((test) => test(object, false)))
    .map((object) => withoutChildren(object, tests));
};
