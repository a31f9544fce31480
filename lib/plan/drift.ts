// Drift in three classes: objects that are not ours, managed objects that were changed, and drift that collides with the plan.
// Pure.
import { type Change, type Diff, describeChange, keyOf, type Subject } from '../schema/index.ts';
import type { DriftItem, DriftReport } from './model.ts';

/** Kinds that stand on a table without being part of what its rows are: adding one by hand changes nothing managed. */
const ATTACHED: ReadonlySet<string> = new Set(['index', 'trigger', 'policy', 'statistics']);

const fullKey = (subject: Subject): string =>
  `${subject.parent ? `${keyOf(subject.parent)}\u0001` : ''}${keyOf(subject)}`;

/** The keys of everything that a change makes, alters or removes; a dropped table takes its children with it. */
const keysOf = (change: Change): string[] => {
  const own = fullKey(change.subject);
  if ((change.action === 'drop' || change.action === 'create') && !change.subject.parent) {
    return [own, ...change.object.children.map((child) => `${own}\u0001${keyOf(child)}`)];
  }
  return [own];
};

/** The plan's change that touches what the drift touched. */
const collision = (drift: Change, planned: readonly Change[]): Change | undefined => {
  const keys = new Set(keysOf(drift));
  const parent = drift.subject.parent ? keyOf(drift.subject.parent) : null;
  // A changed order is the least telling of reasons, so it is named last.
  const telling = [...planned].sort(
    (a, b) => Number(a.action === 'reorder') - Number(b.action === 'reorder'),
  );
  return telling.find(
    (change) =>
      keysOf(change).some((key) => keys.has(key)) ||
      // The plan removes or makes the table that the drift stands on.
      (parent !== null && change.action !== 'alter' && fullKey(change.subject) === parent) ||
      // The plan works on a part of a table that the drift removed or made.
      (change.subject.parent !== undefined &&
        keys.has(keyOf(change.subject.parent)) &&
        drift.action !== 'alter'),
  );
};

const classify = (drift: Change, planned: readonly Change[]): DriftItem => {
  const base = { change: drift, description: describeChange(drift) };
  const touched = collision(drift, planned);
  if (touched) return { ...base, class: 'collides', collidesWith: describeChange(touched) };
  const isNew = drift.action === 'create' && (!drift.subject.parent || ATTACHED.has(drift.subject.kind));
  return { ...base, class: isNew ? 'unmanaged' : 'changed' };
};

/** `drift` leads from the recorded schema to the live one; `planned` is what the plan will change. */
export const driftReport = (drift: Diff | null, planned: Diff, caveats: readonly string[]): DriftReport => {
  if (!drift) return { status: 'unknown', items: [], caveats };
  const items = drift.changes.map((change) => classify(change, planned.changes));
  return { status: items.length > 0 ? 'present' : 'none', items, caveats };
};

/** The items that block the plan. */
export const collisions = (report: DriftReport): readonly DriftItem[] =>
  report.items.filter((item) => item.class === 'collides');
