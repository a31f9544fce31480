// The memory of a story: which objects are known, what they were when the migration began, what is taken to be there. Knows no
// edits and no dialect.
import type { Attributes, ChildName, ObjectName } from './edit.ts';
import { type SchemaObject, schemaObject } from './model.ts';

/** One object through a migration, under whatever name. */
export interface Entry {
  object: SchemaObject;
  /** As it was when the migration began; null where the migration made it. */
  start: SchemaObject | null;
}

/** What is known now, and of the migration that is being read. */
export interface State {
  readonly fold: (name: string) => string;
  readonly entries: Map<string, Entry>;
  /** Owners of indexes and triggers, which some databases name without their table; by kind and folded name. */
  readonly owners: Map<string, Entry>;
  /** What this migration touches. */
  readonly touched: Set<Entry>;
  /** Names that this migration took away: nothing is assumed of them. */
  readonly gone: Set<string>;
  /** What this migration dropped or renamed, as it was called. */
  readonly left: Set<string>;
  /** Nothing can be there yet, so IF EXISTS finds nothing. */
  nothingBefore: boolean;
}

/** Two spellings of one name have one key. */
export const keyIn = ({ fold }: State, object: ObjectName): string =>
  `${object.kind}\u0000${object.namespace === null ? '' : fold(object.namespace)}\u0000${fold(object.name)}`;

/** The object with other children, in the order of the model. */
export const withChildren = (object: SchemaObject, children: readonly SchemaObject[]): SchemaObject =>
  schemaObject({ ...object, children });

/** The object with some attributes set, and those taken away that are undefined. */
export const withAttributes = (object: SchemaObject, set: Attributes): SchemaObject =>
  schemaObject({ ...object, attributes: { ...object.attributes, ...set } });

/** What is taken to be there although no text made it. */
const assumed = (object: ObjectName, attributes: Attributes = {}): SchemaObject =>
  schemaObject({ ...object, attributes: { assumed: true, ...attributes } });

export const isAssumed = (object: SchemaObject | null | undefined): boolean =>
  object?.attributes.assumed === true;

const touch = (state: State, entry: Entry): Entry => {
  if (!state.touched.has(entry)) {
    entry.start = entry.object;
    state.touched.add(entry);
  }
  return entry;
};

const ownerKey = ({ fold }: State, kind: string, name: string): string => `${kind}\u0000${fold(name)}`;

const OWNED: ReadonlySet<string> = new Set(['index', 'trigger']);

const own = (state: State, entry: Entry): void => {
  for (const { kind, name } of entry.object.children) {
    if (OWNED.has(kind)) state.owners.set(ownerKey(state, kind, name), entry);
  }
};

/** Remembers an object under its name. */
export const put = (state: State, entry: Entry): Entry => {
  state.entries.set(keyIn(state, entry.object), entry);
  state.touched.add(entry);
  own(state, entry);
  return entry;
};

/** The known object of that name. */
export const find = (state: State, object: ObjectName): Entry | undefined => {
  const entry = state.entries.get(keyIn(state, object));
  return entry && touch(state, entry);
};

/** The object as it is known, or as it is taken to be; touches nothing. */
export const glance = (state: State, object: ObjectName): SchemaObject =>
  state.entries.get(keyIn(state, object))?.object ?? assumed(object);

/** The object, taken to be there where nothing is known of it; null where this migration took it away. */
export const demand = (state: State, object: ObjectName): Entry | null => {
  const entry = find(state, object);
  if (entry) return entry;
  if (state.gone.has(keyIn(state, object))) return null;
  const taken = assumed(object);
  return put(state, { object: taken, start: taken });
};

/** The child of that name, whatever its letter case. */
export const childIn = (
  state: State,
  object: SchemaObject,
  { kinds, name }: ChildName,
): SchemaObject | undefined => {
  const folded = state.fold(name);
  return object.children.find(
    (child) => kinds.includes(child.kind) && (child.name === name || state.fold(child.name) === folded),
  );
};

/** The table of an index or trigger that is named alone. */
export const ownerOf = (state: State, child: ChildName): Entry | undefined => {
  const entry = state.owners.get(ownerKey(state, child.kinds[0] ?? '', child.name));
  return entry && childIn(state, entry.object, child) ? touch(state, entry) : undefined;
};

/** Changes the object of an entry. */
export const become = (state: State, entry: Entry, object: SchemaObject): void => {
  entry.object = object;
  own(state, entry);
};

/** Puts others in the place of a child. */
export const replaceChild = (
  state: State,
  entry: Entry,
  change: { readonly old: SchemaObject; readonly next: readonly SchemaObject[] },
): void => {
  const children = entry.object.children.flatMap((child) => (child === change.old ? change.next : [child]));
  become(state, entry, withChildren(entry.object, children));
};

/** What an assumed child is taken to have been, completed by what is said of it now. */
const completed = (
  state: State,
  entry: Entry,
  parts: { child: SchemaObject; was: Attributes },
): SchemaObject => {
  const { child, was } = parts;
  const { start } = entry;
  const original = start?.children.find((one) => one === child);
  const lacking = Object.entries(was).filter(([key]) => child.attributes[key] === undefined);
  if (!start || !original || lacking.length === 0) return child;
  const fuller = withAttributes(child, Object.fromEntries(lacking));
  entry.start = withChildren(
    start,
    start.children.map((one) => (one === original ? fuller : one)),
  );
  replaceChild(state, entry, { old: child, next: [fuller] });
  return fuller;
};

/** The child, taken to be there where its owner was there before and no text made or dropped it; undefined otherwise. */
export const demandChild = (
  state: State,
  entry: Entry,
  wanted: { readonly child: ChildName; readonly was?: Attributes },
): SchemaObject | undefined => {
  const { child, was = {} } = wanted;
  const known = childIn(state, entry.object, child);
  if (known) return isAssumed(known) ? completed(state, entry, { child: known, was }) : known;
  const { start } = entry;
  if (start === null || childIn(state, start, child)) return undefined;
  const taken = assumed({ kind: child.kinds[0] ?? 'column', namespace: null, name: child.name }, was);
  entry.start = withChildren(start, [...start.children, taken]);
  become(state, entry, withChildren(entry.object, [...entry.object.children, taken]));
  return taken;
};
