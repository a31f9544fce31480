// Follows a schema through the texts of a history, without a database: what each migration finds and what it leaves. What no text
// made and a text names is taken to be there already. Pure but for its own memory; knows no dialect.
import type { Attributes, ChildName, ObjectName, SchemaEdit } from './edit.ts';
import { type SchemaObject, schemaObject } from './model.ts';

interface Entry {
  object: SchemaObject;
  /** As it was when the chapter began; null where this chapter made it. */
  start: SchemaObject | null;
  chapter: number;
}

/** What one migration found and left, of all that it touches. */
export interface Chapter {
  readonly before: readonly SchemaObject[];
  readonly after: readonly SchemaObject[];
}

export interface Story {
  /** Begins a migration. `first`: nothing can be there yet, so that IF EXISTS finds nothing. */
  begin(first: boolean): void;
  apply(edits: readonly SchemaEdit[]): void;
  /** What the migration did, with the objects of `context` as they stand on both sides. */
  end(context: readonly ObjectName[]): Chapter;
  /** Every object that is known now. */
  known(): readonly SchemaObject[];
}

const keyOf = ({ kind, namespace, name }: ObjectName): string => `${kind}\u0000${namespace ?? ''}\u0000${name}`;

const without = (attributes: Attributes, set: Attributes): Attributes => ({ ...attributes, ...set });

/** The object with another list of children, in the order of the model. */
const withChildren = (object: SchemaObject, children: readonly SchemaObject[]): SchemaObject =>
  schemaObject({ ...object, children });

/** The columns that a key, index or constraint is made of. */
const madeOf = (child: SchemaObject): readonly unknown[] =>
  Array.isArray(child.attributes.columns) ? child.attributes.columns : [];

/** Starts a story. `fold` makes two spellings of one name the same. */
export const storyOf = (fold: (name: string) => string): Story => {
  const entries = new Map<string, Entry>();
  /** Objects of the beginning that this migration dropped. */
  const gone = new Map<string, SchemaObject>();
  /** Owners of children that may be named without their table, by folded name of the child. */
  let chapter = 0;
  let nothingBefore = false;

  const folded = (object: ObjectName): string =>
    keyOf({ ...object, namespace: object.namespace === null ? null : fold(object.namespace), name: fold(object.name) });

  const touched = new Map<string, Entry>();

  const touch = (entry: Entry): Entry => {
    if (entry.chapter !== chapter) {
      entry.chapter = chapter;
      entry.start = entry.object;
      touched.set(`${touched.size}`, entry);
    }
    return entry;
  };

  const put = (object: SchemaObject, start: SchemaObject | null): Entry => {
    const entry: Entry = { object, start, chapter };
    entries.set(folded(object), entry);
    touched.set(`${touched.size}`, entry);
    return entry;
  };

  const find = (object: ObjectName): Entry | undefined => {
    const entry = entries.get(folded(object));
    return entry && touch(entry);
  };

  /** The entry, taken to be there where nothing is known of it; null where this migration dropped it. */
  const demand = (object: ObjectName, ifThere = false): Entry | null => {
    const entry = find(object);
    if (entry) return entry;
    if (gone.has(folded(object)) || (ifThere && nothingBefore)) return null;
    const assumed = schemaObject({ ...object, attributes: { assumed: true } });
    return put(assumed, assumed);
  };

  const isChild = (child: SchemaObject, { kinds, name }: ChildName): boolean =>
    kinds.includes(child.kind) && (child.name === name || fold(child.name) === fold(name));

  const childIn = (object: SchemaObject, child: ChildName): SchemaObject | undefined =>
    object.children.find((one) => isChild(one, child));

  /** The child, taken to be there where its owner was before and nothing is known of it. */
  const demandChild = (entry: Entry, child: ChildName, was: Attributes = {}): SchemaObject | undefined => {
    const known = childIn(entry.object, child);
    if (known) return known;
    const { start } = entry;
    if (start === null || childIn(start, child)) return undefined;
    const assumed = schemaObject({ kind: child.kinds[0] ?? 'column', name: child.name, attributes: { assumed: true, ...was } });
    entry.start = withChildren(start, [...start.children, assumed]);
    entry.object = withChildren(entry.object, [...entry.object.children, assumed]);
    return assumed;
  };

  const replace = (entry: Entry, old: SchemaObject, next: readonly SchemaObject[]): void => {
    entry.object = withChildren(
      entry.object,
      entry.object.children.flatMap((child) => (child === old ? next : [child])),
    );
  };

  const drop = (object: ObjectName, ifThere: boolean): void => {
    const entry = demand(object, ifThere);
    if (!entry) return;
    entries.delete(folded(object));
    if (entry.start) gone.set(folded(entry.start), entry.start);
  };

  /** With a column goes what is made of it. */
  const remove = (entry: Entry, child: SchemaObject): void => {
    const goes = (one: SchemaObject): boolean =>
      one === child || (child.kind === 'column' && madeOf(one).includes(child.name));
    entry.object = withChildren(
      entry.object,
      entry.object.children.filter((one) => !goes(one)),
    );
  };

  const ownerOf = (child: ChildName): Entry | undefined => {
    for (const entry of entries.values()) if (childIn(entry.object, child)) return touch(entry);
    return undefined;
  };

  const rename = (object: ObjectName, to: Pick<ObjectName, 'namespace' | 'name'>): void => {
    const entry = demand(object);
    if (!entry) return;
    entries.delete(folded(object));
    if (entry.start) gone.set(folded(object), entry.object);
    entry.object = { ...entry.object, ...to };
    entries.set(folded(entry.object), entry);
  };

  const renamedIn = (columns: unknown, from: string, to: string): SchemaObject['attributes'] =>
    Array.isArray(columns) ? { columns: columns.map((name) => (name === from ? to : String(name))) } : {};

  const renameChild = (entry: Entry, child: SchemaObject, to: string): void => {
    const next = entry.object.children.map((one) => {
      if (one === child) return { ...one, name: to };
      if (child.kind !== 'column' || !madeOf(one).includes(child.name)) return one;
      return { ...one, attributes: { ...one.attributes, ...renamedIn(one.attributes.columns, child.name, to) } };
    });
    entry.object = withChildren(entry.object, next);
  };

  const perform = (edit: SchemaEdit): void => {
    switch (edit.do) {
      case 'create': {
        const there = find(edit.object);
        if (there && edit.ifMissing) return;
        if (there) there.object = edit.object;
        else put(edit.object, gone.get(folded(edit.object)) ?? null);
        return;
      }
      case 'drop':
        return drop(edit.object, edit.ifThere ?? false);
      case 'rename':
        return rename(edit.object, edit.to);
      case 'add': {
        const entry = demand(edit.to);
        if (!entry) return;
        const there = childIn(entry.object, { kinds: [edit.child.kind], name: edit.child.name });
        if (there && edit.ifMissing) return;
        if (there) replace(entry, there, [edit.child]);
        else entry.object = withChildren(entry.object, [...entry.object.children, edit.child]);
        return;
      }
      case 'remove': {
        const entry = edit.from ? demand(edit.from) : ownerOf(edit.child);
        const child =
          entry && (edit.ifThere && nothingBefore ? childIn(entry.object, edit.child) : demandChild(entry, edit.child, edit.was));
        if (entry && child) remove(entry, child);
        return;
      }
      case 'rename-child': {
        const entry = demand(edit.of);
        const child = entry && demandChild(entry, edit.child);
        if (entry && child) renameChild(entry, child, edit.to);
        return;
      }
      case 'alter': {
        const entry = demand(edit.object);
        if (!entry) return;
        if (entry.start?.attributes.assumed === true && edit.was) {
          entry.start = schemaObject({ ...entry.start, attributes: { ...edit.was, ...entry.start.attributes } });
        }
        entry.object = schemaObject({ ...entry.object, attributes: without(entry.object.attributes, edit.set) });
        return;
      }
      case 'alter-child': {
        const entry = demand(edit.of);
        const child =
          entry && (edit.knownOnly ? childIn(entry.object, edit.child) : assumedAs(entry, edit.child, edit.was));
        if (!entry || !child) return;
        replace(entry, child, [schemaObject({ ...child, attributes: without(child.attributes, edit.set) })]);
        return;
      }
      case 'restate': {
        const entry = demand(edit.of);
        const child = entry && demandChild(entry, edit.child);
        if (!entry || !child) return;
        if (child.name !== edit.as.name) renameChild(entry, child, edit.as.name);
        const moved = childIn(entry.object, { kinds: [edit.as.kind], name: edit.as.name });
        if (moved) replace(entry, moved, [edit.as]);
        return;
      }
    }
  };

  /** As `demandChild`; what is not known of an assumed child is taken to have been as `was` says. */
  const assumedAs = (entry: Entry, name: ChildName, was: Attributes = {}): SchemaObject | undefined => {
    const child = demandChild(entry, name, was);
    if (child?.attributes.assumed !== true || !entry.start) return child;
    const original = childIn(entry.start, name);
    if (!original) return child;
    const lacking = Object.fromEntries(
      Object.entries(was).filter(([key]) => original.attributes[key] === undefined && child.attributes[key] === undefined),
    );
    if (Object.keys(lacking).length === 0) return child;
    const complete = (one: SchemaObject): SchemaObject =>
      schemaObject({ ...one, attributes: { ...lacking, ...one.attributes } });
    const fuller = complete(child);
    entry.start = withChildren(
      entry.start,
      entry.start.children.map((one) => (one === original ? complete(one) : one)),
    );
    replace(entry, child, [fuller]);
    return fuller;
  };

  const reading = (name: ObjectName): SchemaObject =>
    entries.get(folded(name))?.object ?? schemaObject({ ...name, attributes: { assumed: true } });

  return {
    begin: (first) => {
      chapter += 1;
      nothingBefore = first;
      gone.clear();
      touched.clear();
    },
    apply: (edits) => edits.forEach(perform),
    end: (context) => {
      const before = new Map<string, SchemaObject>();
      const after = new Map<string, SchemaObject>();
      for (const entry of touched.values()) {
        if (entry.start) before.set(folded(entry.start), entry.start);
        if (entries.get(folded(entry.object)) === entry) after.set(folded(entry.object), entry.object);
      }
      for (const object of gone.values()) if (!before.has(folded(object))) before.set(folded(object), object);
      for (const name of context) {
        const key = folded(name);
        if (before.has(key) || after.has(key) || gone.has(key)) continue;
        const object = reading(name);
        before.set(key, object);
        after.set(key, object);
      }
      return { before: [...before.values()], after: [...after.values()] };
    },
    known: () => [...entries.values()].map(({ object }) => object),
  };
};
