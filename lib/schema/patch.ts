// Applies a diff to a snapshot: how a change that was measured on a replica is predicted for a target that also holds
// other objects. Pure; `patchSnapshot(a, diffSnapshots(a, b))` equals b.
import type { Change, Diff } from './diff.ts';
import { keyOf, type SchemaObject, type Snapshot, type Subject, schemaObject, snapshotOf } from './model.ts';

type Patch = (object: SchemaObject) => SchemaObject;

const alterObject =
  (change: Extract<Change, { action: 'alter' }>): Patch =>
  (object) => {
    const attributes = { ...object.attributes };
    for (const attribute of change.attributes) {
      if (attribute.to === undefined) delete attributes[attribute.name];
      else attributes[attribute.name] = attribute.to;
    }
    return schemaObject({ ...object, attributes });
  };

const reorderChildren =
  (change: Extract<Change, { action: 'reorder' }>): Patch =>
  (object) => {
    const rank = new Map(change.to.map((name, index) => [name, index]));
    const last = change.to.length;
    const moved = object.children
      .filter((child) => child.kind === change.kind)
      .sort((a, b) => (rank.get(a.name) ?? last) - (rank.get(b.name) ?? last));
    return schemaObject({
      ...object,
      children: [...moved, ...object.children.filter((c) => c.kind !== change.kind)],
    });
  };

const parentKey = (subject: Subject): string => keyOf(subject.parent ?? subject);

/** What a change does to the list of objects (or children) that its subject stands in. */
const applyToList = (list: readonly SchemaObject[], change: Change): readonly SchemaObject[] => {
  const key = keyOf(change.subject);
  const edit = (patch: Patch) => list.map((object) => (keyOf(object) === key ? patch(object) : object));
  if (change.action === 'alter') return edit(alterObject(change));
  if (change.action === 'reorder') return edit(reorderChildren(change));
  const others = list.filter((object) => keyOf(object) !== key);
  return change.action === 'drop' ? others : [...others, change.object];
};

/** The snapshot after the diff's changes; changes to objects that it does not hold are without effect. */
export const patchSnapshot = (snapshot: Snapshot, diff: Diff): Snapshot => {
  const byKey = new Map(snapshot.objects.map((object) => [keyOf(object), object]));
  // A reorder names children that its siblings create, so it comes last.
  const inOrder = [...diff.changes].sort(
    (a, b) => Number(a.action === 'reorder') - Number(b.action === 'reorder'),
  );
  for (const change of inOrder) {
    const key = parentKey(change.subject);
    const current = byKey.get(key);
    if (change.subject.parent) {
      if (current)
        byKey.set(key, schemaObject({ ...current, children: applyToList(current.children, change) }));
      continue;
    }
    const [next] = applyToList(current ? [current] : [], change);
    if (next) byKey.set(key, next);
    else byKey.delete(key);
  }
  return snapshotOf(snapshot.dialect, [...byKey.values()]);
};
