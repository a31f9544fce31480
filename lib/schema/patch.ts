// Applies a diff to a snapshot: how a change that was measured on a replica is predicted for a target that also holds
// other objects. Pure; `patchSnapshot(a, diffSnapshots(a, b))` equals b.
import type { Change, Diff } from './diff.ts';
import { keyOf, type SchemaObject, type Snapshot, schemaObject, snapshotOf } from './model.ts';

type Altered = Extract<Change, { action: 'alter' }>;
type Reordered = Extract<Change, { action: 'reorder' }>;

/** A thing that is being changed: put together again once, after its last change. */
interface Draft {
  object: SchemaObject;
  readonly children: Map<string, SchemaObject>;
}

const altered = (object: SchemaObject, change: Altered): SchemaObject => {
  const attributes = { ...object.attributes };
  for (const attribute of change.attributes) {
    if (attribute.to === undefined) delete attributes[attribute.name];
    else attributes[attribute.name] = attribute.to;
  }
  return schemaObject({ ...object, attributes });
};

const reordered = (children: readonly SchemaObject[], change: Reordered): readonly SchemaObject[] => {
  const rank = new Map(change.to.map((name, index) => [name, index]));
  const last = change.to.length;
  const place = ({ name }: SchemaObject): number => rank.get(name) ?? last;
  const moved = children.filter((child) => child.kind === change.kind).sort((a, b) => place(a) - place(b));
  return [...moved, ...children.filter((child) => child.kind !== change.kind)];
};

const draftOf = (object: SchemaObject): Draft => ({
  object,
  children: new Map(object.children.map((child) => [keyOf(child), child])),
});

/** A reorder names children that its siblings create, so it comes last. */
const finished = ({ object, children }: Draft, reorders: readonly Reordered[]): SchemaObject => {
  let list: readonly SchemaObject[] = [...children.values()];
  for (const change of reorders) list = reordered(list, change);
  return schemaObject({ ...object, children: list });
};

/** What a change does to the child that is its subject. */
const changeChild = (children: Map<string, SchemaObject>, change: Exclude<Change, Reordered>): void => {
  const key = keyOf(change.subject);
  const child = children.get(key);
  if (change.action === 'alter') {
    if (child) children.set(key, altered(child, change));
    return;
  }
  // What is made anew stands behind its siblings.
  children.delete(key);
  if (change.action === 'create') children.set(key, change.object);
};

/** One top-level object after its changes; null where it is dropped, or was never there. */
const patched = (given: SchemaObject | undefined, changes: readonly Change[]): SchemaObject | null => {
  let draft = given ? draftOf(given) : null;
  const reorders: Reordered[] = [];
  for (const change of changes) {
    if (change.action === 'reorder') reorders.push(change);
    else if (change.subject.parent) {
      if (draft) changeChild(draft.children, change);
    } else if (change.action === 'alter') {
      if (draft) draft.object = altered(draft.object, change);
    } else draft = change.action === 'create' ? draftOf(change.object) : null;
  }
  return draft && finished(draft, reorders);
};

const byOwner = (changes: readonly Change[]): ReadonlyMap<string, readonly Change[]> => {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = keyOf(change.subject.parent ?? change.subject);
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return groups;
};

/** The snapshot after the diff's changes; changes to objects that it does not hold are without effect. */
export const patchSnapshot = (snapshot: Snapshot, diff: Pick<Diff, 'changes'>): Snapshot => {
  // The same one, whose fingerprint may be known.
  if (diff.changes.length === 0) return snapshot;
  const byKey = new Map(snapshot.objects.map((object) => [keyOf(object), object]));
  for (const [key, changes] of byOwner(diff.changes)) {
    const next = patched(byKey.get(key), changes);
    if (next) byKey.set(key, next);
    else byKey.delete(key);
  }
  return snapshotOf(snapshot.dialect, [...byKey.values()]);
};
