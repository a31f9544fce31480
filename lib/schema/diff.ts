// The one diff: from one snapshot to another, object by object, attribute by attribute. Pure, and total: whatever the
// fingerprint sees, the diff shows.
import { fingerprint, type Hash, sameValue } from './fingerprint.ts';
import {
  keyOf,
  ORDERED_KINDS,
  type SchemaObject,
  type Snapshot,
  type Subject,
  subjectOf,
  type Value,
} from './model.ts';

/** One attribute that differs; undefined where one side does not have it. */
export interface AttributeChange {
  readonly name: string;
  readonly from?: Value;
  readonly to?: Value;
}

export type Change =
  | { readonly action: 'create' | 'drop'; readonly subject: Subject; readonly object: SchemaObject }
  | { readonly action: 'alter'; readonly subject: Subject; readonly attributes: readonly AttributeChange[] }
  | {
      readonly action: 'reorder';
      readonly subject: Subject;
      /** The kind of the children whose order differs. */
      readonly kind: string;
      /** Names in order, of the children that both sides have. */
      readonly from: readonly string[];
      readonly to: readonly string[];
    };

export interface Diff {
  readonly from: Hash;
  readonly to: Hash;
  readonly changes: readonly Change[];
}

const indexByKey = (objects: readonly SchemaObject[]): Map<string, SchemaObject> =>
  new Map(objects.map((object) => [keyOf(object), object]));

const attributeChanges = (from: SchemaObject, to: SchemaObject): AttributeChange[] => {
  const changes: AttributeChange[] = [];
  const compare = (name: string): void => {
    const before = from.attributes[name];
    const after = to.attributes[name];
    if (sameValue(before, after)) return;
    changes.push({
      name,
      ...(before !== undefined && { from: before }),
      ...(after !== undefined && { to: after }),
    });
  };
  for (const name of Object.keys(from.attributes)) compare(name);
  for (const name of Object.keys(to.attributes)) if (from.attributes[name] === undefined) compare(name);
  return changes.sort((a, b) => (a.name < b.name ? -1 : 1));
};

const isReordered = (before: readonly string[], after: readonly string[]): boolean => {
  const old = new Set(before);
  const inBoth = new Set(after.filter((name) => old.has(name)));
  const oldOrder = before.filter((name) => inBoth.has(name));
  const newOrder = after.filter((name) => inBoth.has(name));
  return oldOrder.some((name, index) => name !== newOrder[index]) || insertedInside(before, after, inBoth);
};

const namesByKind = (children: readonly SchemaObject[]): ReadonlyMap<string, readonly string[]> => {
  const names = new Map<string, string[]>();
  for (const { kind, name } of children) {
    if (!ORDERED_KINDS.has(kind)) continue;
    const known = names.get(kind);
    if (known) known.push(name);
    else names.set(kind, [name]);
  }
  return names;
};

const NOTHING: readonly string[] = [];

const reorders = (from: SchemaObject, to: SchemaObject, subject: Subject): Change[] => {
  const changes: Change[] = [];
  const before = namesByKind(from.children);
  const after = namesByKind(to.children);
  for (const kind of ORDERED_KINDS) {
    const old = before.get(kind) ?? NOTHING;
    const now = after.get(kind) ?? NOTHING;
    if (isReordered(old, now)) changes.push({ action: 'reorder', subject, kind, from: old, to: now });
  }
  return changes;
};

/** A new ordered child that is not at the end changes the position of the children behind it. */
const insertedInside = (
  before: readonly string[],
  after: readonly string[],
  inBoth: ReadonlySet<string>,
): boolean => {
  if (after.length === inBoth.size || before.length === 0) return false;
  const lastShared = after.findLastIndex((name) => inBoth.has(name));
  return after.some((name, index) => index < lastShared && !inBoth.has(name));
};

const sameThing = (a: SchemaObject, b: SchemaObject | undefined): boolean =>
  b !== undefined && a.name === b.name && a.kind === b.kind && a.namespace === b.namespace;

/** The same things in the same order: nearly always so, and then there is nothing to look up. */
const areAligned = (from: readonly SchemaObject[], to: readonly SchemaObject[]): boolean =>
  from.length === to.length && from.every((object, index) => sameThing(object, to[index]));

const compareObject = (from: SchemaObject, to: SchemaObject, parent?: SchemaObject): Change[] => {
  if (from === to) return [];
  const attributes = attributeChanges(from, to);
  const aligned = areAligned(from.children, to.children);
  const changes: Change[] = [];
  if (attributes.length > 0) changes.push({ action: 'alter', subject: subjectOf(to, parent), attributes });
  if (!aligned) changes.push(...reorders(from, to, subjectOf(to, parent)));
  for (const change of compareLists(from.children, to.children, { parent: to, aligned }))
    changes.push(change);
  return changes;
};

interface Surroundings {
  readonly parent?: SchemaObject;
  readonly aligned: boolean;
}

const compareAligned = (
  from: readonly SchemaObject[],
  to: readonly SchemaObject[],
  parent?: SchemaObject,
): Change[] => {
  const changes: Change[] = [];
  for (const [index, object] of to.entries()) {
    const old = from[index];
    if (old) for (const change of compareObject(old, object, parent)) changes.push(change);
  }
  return changes;
};

const compareLists = (
  from: readonly SchemaObject[],
  to: readonly SchemaObject[],
  { parent, aligned }: Surroundings,
): Change[] => {
  if (aligned) return compareAligned(from, to, parent);
  const before = indexByKey(from);
  const after = indexByKey(to);
  const changes: Change[] = [];
  for (const [key, object] of before) {
    if (!after.has(key)) changes.push({ action: 'drop', subject: subjectOf(object, parent), object });
  }
  for (const [key, object] of after) {
    const old = before.get(key);
    if (!old) changes.push({ action: 'create', subject: subjectOf(object, parent), object });
    else for (const change of compareObject(old, object, parent)) changes.push(change);
  }
  return changes;
};

const compareAll = (from: readonly SchemaObject[], to: readonly SchemaObject[]): Change[] =>
  compareLists(from, to, { aligned: areAligned(from, to) });

/** As `diffSnapshots`, without the fingerprints: for parts of a schema, which have none. */
export const changesBetween = (
  from: readonly SchemaObject[],
  to: readonly SchemaObject[],
): readonly Change[] => compareAll(from, to);

/** Everything that must happen to turn `from` into `to`: drops first, then creations and alterations, in name order. */
export const diffSnapshots = (from: Snapshot, to: Snapshot): Diff => ({
  from: fingerprint(from),
  to: fingerprint(to),
  changes: from === to ? [] : compareAll(from.objects, to.objects),
});

/** Whether nothing differs. */
export const isEmpty = (diff: Diff): boolean => diff.changes.length === 0;
