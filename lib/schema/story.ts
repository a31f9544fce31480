// Follows a schema through the texts of a history, without a database: what each migration finds and what it leaves. What no text
// made and a text names is taken to be there already. Knows no dialect.
import type { Attributes, ObjectName, SchemaEdit } from './edit.ts';
import type { SchemaObject } from './model.ts';
import {
  become,
  childIn,
  demand,
  demandChild,
  type Entry,
  find,
  glance,
  isAssumed,
  keyIn,
  ownerOf,
  put,
  replaceChild,
  type State,
  withAttributes,
  withChildren,
} from './story-state.ts';

/** What one migration found and left, of all that it touches. */
export interface Chapter {
  readonly before: readonly SchemaObject[];
  readonly after: readonly SchemaObject[];
  /** Names of objects that were dropped or renamed, perhaps to be made anew. */
  readonly left: ReadonlySet<string>;
}

export interface Story {
  /** Begins a migration. `nothingBefore`: it is the first, so that IF EXISTS finds nothing. */
  begin(nothingBefore: boolean): void;
  /** Performs the edits; returns what they make although an earlier text made it and none took it away. */
  apply(edits: readonly SchemaEdit[]): readonly SchemaObject[];
  /** What the migration did, with the objects of `context` as they stand on both sides. */
  end(context: readonly ObjectName[]): Chapter;
  /** Every object that is known now. */
  known(): Iterable<SchemaObject>;
}

type Edit<D extends SchemaEdit['do']> = Extract<SchemaEdit, { readonly do: D }>;

const columnsOf = (child: SchemaObject): readonly unknown[] =>
  Array.isArray(child.attributes.columns) ? child.attributes.columns : [];

/** The one of several kinds that is known; otherwise the first. */
const meant = (state: State, edit: Edit<'drop'> | Edit<'rename'>): ObjectName =>
  [edit.object, ...(edit.or ?? []).map((kind) => ({ ...edit.object, kind }))].find((one) =>
    find(state, one),
  ) ?? edit.object;

/**
 * Whether the name is taken by what an earlier text made, so that the server refuses the statement. The last text is believed all the
 * same, without a difference: what took the old object away may stand in none.
 */
const create = (state: State, edit: Edit<'create'>): boolean => {
  const there = find(state, edit.object);
  if (!there) put(state, { object: edit.object, start: null });
  if (!there || edit.ifMissing) return false;
  const isTaken = !isAssumed(there.object);
  if (isTaken && there.start) there.start = edit.object;
  become(state, there, edit.object);
  return isTaken;
};

const drop = (state: State, edit: Edit<'drop'>): void => {
  const object = meant(state, edit);
  const entry = edit.ifThere && state.nothingBefore ? find(state, object) : demand(state, object);
  if (!entry) return;
  state.entries.delete(keyIn(state, object));
  state.gone.add(keyIn(state, object));
  state.left.add(entry.object.name);
};

const rename = (state: State, edit: Edit<'rename'>): void => {
  const object = meant(state, edit);
  const entry = demand(state, object);
  if (!entry) return;
  state.entries.delete(keyIn(state, object));
  state.gone.add(keyIn(state, object));
  state.left.add(entry.object.name);
  entry.object = { ...entry.object, ...edit.to };
  put(state, entry);
};

/** A key on a table that no text made shows which columns that table has. */
const assumeColumns = (state: State, entry: Entry, child: SchemaObject): void => {
  if (!isAssumed(entry.start)) return;
  for (const name of columnsOf(child)) {
    if (typeof name === 'string' && /^\w+$/.test(name))
      demandChild(state, entry, { child: { kinds: ['column'], name } });
  }
};

const add = (state: State, edit: Edit<'add'>): void => {
  const entry = demand(state, edit.to);
  if (!entry) return;
  const there = childIn(state, entry.object, { kinds: [edit.child.kind], name: edit.child.name });
  if (there && edit.ifMissing) return;
  assumeColumns(state, entry, edit.child);
  if (there) replaceChild(state, entry, { old: there, next: [edit.child] });
  else become(state, entry, withChildren(entry.object, [...entry.object.children, edit.child]));
};

/** With a column goes what is made of it. */
const removeChild = (state: State, entry: Entry, child: SchemaObject): void => {
  const goes = (one: SchemaObject): boolean =>
    one === child || (child.kind === 'column' && columnsOf(one).includes(child.name));
  const left = entry.object.children.filter((one) => !goes(one));
  become(state, entry, withChildren(entry.object, left));
};

const remove = (state: State, edit: Edit<'remove'>): void => {
  const entry = edit.from ? demand(state, edit.from) : ownerOf(state, edit.child);
  if (!entry) return;
  const child =
    edit.ifThere && state.nothingBefore
      ? childIn(state, entry.object, edit.child)
      : demandChild(state, entry, { child: edit.child, ...(edit.was && { was: edit.was }) });
  if (child) removeChild(state, entry, child);
};

const renamed = (child: SchemaObject, from: string, to: string): SchemaObject => {
  if (!columnsOf(child).includes(from)) return child;
  const columns = columnsOf(child).map((name) => (name === from ? to : String(name)));
  return withAttributes(child, { columns });
};

const moveChild = (state: State, entry: Entry, move: { child: SchemaObject; to: string }): void => {
  const { child, to } = move;
  const next = entry.object.children.map((one) => {
    if (one === child) return { ...one, name: to };
    return child.kind === 'column' ? renamed(one, child.name, to) : one;
  });
  become(state, entry, withChildren(entry.object, next));
};

const renameChild = (state: State, edit: Edit<'rename-child'>): void => {
  const entry = edit.of ? demand(state, edit.of) : ownerOf(state, edit.child);
  const child = entry && demandChild(state, entry, { child: edit.child });
  if (entry && child) moveChild(state, entry, { child, to: edit.to });
};

const alter = (state: State, edit: Edit<'alter'>): void => {
  const entry = demand(state, edit.object);
  if (!entry) return;
  if (entry.start && isAssumed(entry.start) && edit.was) {
    entry.start = withAttributes(entry.start, { ...edit.was, ...entry.start.attributes });
  }
  become(state, entry, withAttributes(entry.object, edit.set));
};

const alterChild = (state: State, edit: Edit<'alter-child'>): void => {
  const entry = demand(state, edit.of);
  if (!entry) return;
  const child = edit.knownOnly
    ? childIn(state, entry.object, edit.child)
    : demandChild(state, entry, { child: edit.child, ...(edit.was && { was: edit.was }) });
  if (child) replaceChild(state, entry, { old: child, next: [withAttributes(child, edit.set)] });
};

/** What an assumed child had is not known, so only what the new declaration says can be compared. */
const sameSides = (entry: Entry, as: SchemaObject): Attributes =>
  entry.start ? Object.fromEntries(Object.keys(as.attributes).map((key) => [key, as.attributes[key]])) : {};

const restate = (state: State, edit: Edit<'restate'>): void => {
  const entry = demand(state, edit.of);
  if (!entry) return;
  const child = demandChild(state, entry, {
    child: edit.child,
    was: { ...sameSides(entry, edit.as), ...edit.was },
  });
  if (!child) return;
  if (child.name !== edit.as.name) moveChild(state, entry, { child, to: edit.as.name });
  const moved = childIn(state, entry.object, { kinds: [edit.as.kind], name: edit.as.name });
  const next = isAssumed(child) ? withAttributes(edit.as, { assumed: true }) : edit.as;
  if (moved) replaceChild(state, entry, { old: moved, next: [next] });
};

const perform = (state: State, edit: Exclude<SchemaEdit, { readonly do: 'create' }>): void => {
  switch (edit.do) {
    case 'drop':
      drop(state, edit);
      break;
    case 'rename':
      rename(state, edit);
      break;
    case 'add':
      add(state, edit);
      break;
    case 'remove':
      remove(state, edit);
      break;
    case 'rename-child':
      renameChild(state, edit);
      break;
    case 'alter':
      alter(state, edit);
      break;
    case 'alter-child':
      alterChild(state, edit);
      break;
    case 'restate':
      restate(state, edit);
      break;
  }
};

const close = (state: State, context: readonly ObjectName[]): Chapter => {
  const before = new Map<string, SchemaObject>();
  const after = new Map<string, SchemaObject>();
  for (const entry of state.touched) {
    if (entry.start) before.set(keyIn(state, entry.start), entry.start);
    const key = keyIn(state, entry.object);
    if (state.entries.get(key) === entry) after.set(key, entry.object);
  }
  for (const name of context) {
    const key = keyIn(state, name);
    if (before.has(key) || after.has(key) || state.gone.has(key)) continue;
    const object = glance(state, name);
    before.set(key, object);
    after.set(key, object);
  }
  return { before: [...before.values()], after: [...after.values()], left: new Set(state.left) };
};

/** Starts a story. `fold` makes two spellings of one name the same. */
export const storyOf = (fold: (name: string) => string): Story => {
  const state: State = {
    fold,
    entries: new Map(),
    owners: new Map(),
    touched: new Set(),
    gone: new Set(),
    left: new Set(),
    nothingBefore: false,
  };
  return {
    begin: (nothingBefore) => {
      state.nothingBefore = nothingBefore;
      state.gone.clear();
      state.left.clear();
      state.touched.clear();
    },
    apply: (edits) => {
      const taken: SchemaObject[] = [];
      for (const edit of edits) {
        if (edit.do !== 'create') perform(state, edit);
        else if (create(state, edit)) taken.push(edit.object);
      }
      return taken;
    },
    end: (context) => close(state, context),
    known: function* () {
      for (const { object } of state.entries.values()) yield object;
    },
  };
};
