// The one model of a schema, for every database and both sides. Pure: knows no connection and no dialect.

/** JSON with a fixed order of keys once canonical. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/**
 * One thing in a database: a table, a column, an index, a view.
 *
 * Attributes hold everything that makes two such things differ, in the engine's canonical words; an absent attribute and
 * one that is `null` are the same. Names shared by all dialects, so that risk analysis need not know the engine:
 * - `column`: `type`, `nullable` (boolean), `default` (SQL text), `generated`, `collation`
 * - `primary-key`, `unique`: `columns` (names in order); `foreign-key`: `columns`, `references` (table), `referencedColumns`,
 *   `onDelete`, `onUpdate`; `check`: `expression`
 * - `index`: `unique` (boolean), `columns` (names or expressions), `where`
 * - `view`, `trigger`, `function`, `procedure`: `definition`
 */
export interface SchemaObject {
  /** Singular, kebab-case: `table`, `column`, `primary-key`, `materialized-view`. */
  readonly kind: string;
  /** The namespace (PostgreSQL schema) of a top-level object; null where there is none, and for children. */
  readonly namespace: string | null;
  /** The name as the engine stores it; for overloaded things with their signature. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, Value>>;
  /** Columns (and other kinds whose order means something) come first, in the engine's order; every other child is sorted by kind and name. */
  readonly children: readonly SchemaObject[];
}

/** A complete schema as one engine describes it, without the ledger's own tables. */
export interface Snapshot {
  readonly dialect: string;
  /** Sorted by kind, namespace and name. */
  readonly objects: readonly SchemaObject[];
}

/** Kinds whose order among their siblings means something (`select *`, enum comparison). */
export const ORDERED_KINDS: ReadonlySet<string> = new Set(['column', 'enum-value', 'attribute', 'partition']);

/** Says which object is meant, without its contents. */
export interface Subject {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  /** The table (or other container) of a child. */
  readonly parent?: { readonly kind: string; readonly namespace: string | null; readonly name: string };
}

/** The subject of a top-level object, or of a child within its parent. */
export const subjectOf = (object: SchemaObject, parent?: SchemaObject): Subject => ({
  kind: object.kind,
  namespace: object.namespace,
  name: object.name,
  ...(parent && { parent: { kind: parent.kind, namespace: parent.namespace, name: parent.name } }),
});

/** A sortable, collision-free key of an object among its siblings. */
export const keyOf = (object: { kind: string; namespace: string | null; name: string }): string =>
  `${object.kind}\u0000${object.namespace ?? ''}\u0000${object.name}`;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As by `keyOf`, without building keys. */
const compareKeys = (a: SchemaObject, b: SchemaObject): number =>
  compareText(a.kind, b.kind) ||
  compareText(a.namespace ?? '', b.namespace ?? '') ||
  compareText(a.name, b.name);

type GivenAttributes = Readonly<Record<string, Value | undefined>>;

/** Whether the attributes are sorted and none is null, so that they can stay as they are. */
const isCanonical = (given: GivenAttributes): given is Readonly<Record<string, Value>> => {
  let last = '';
  for (const key in given) {
    const value = given[key];
    if (key < last || value === null || value === undefined) return false;
    last = key;
  }
  return true;
};

const canonicalAttributes = (given: GivenAttributes): Readonly<Record<string, Value>> => {
  if (isCanonical(given)) return given;
  const attributes: Record<string, Value> = {};
  for (const key of Object.keys(given).sort()) {
    const value = given[key];
    if (value !== null && value !== undefined) attributes[key] = value;
  }
  return attributes;
};

const canonicalChildren = (children: readonly SchemaObject[]): readonly SchemaObject[] => {
  if (children.length === 0) return children;
  const ordered: SchemaObject[] = [];
  const others: SchemaObject[] = [];
  for (const child of children) (ORDERED_KINDS.has(child.kind) ? ordered : others).push(child);
  // Order means something among siblings of one kind only, and most have one.
  if (ordered.some(({ kind }) => kind !== ordered[0]?.kind))
    ordered.sort((a, b) => compareText(a.kind, b.kind));
  return others.length === 0 ? ordered : ordered.concat(others.sort(compareKeys));
};

const NONE = {};

/**
 * Builds an object in canonical form: null attributes removed, children sorted (ordered kinds first, as given). Attributes
 * that have that form already are taken as they are: do not change them afterwards.
 */
export const schemaObject = (parts: {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | null;
  readonly attributes?: GivenAttributes;
  readonly children?: readonly SchemaObject[];
}): SchemaObject => ({
  kind: parts.kind,
  namespace: parts.namespace ?? null,
  name: parts.name,
  attributes: canonicalAttributes(parts.attributes ?? NONE),
  children: canonicalChildren(parts.children ?? []),
});

/** Builds a snapshot in canonical order. */
export const snapshotOf = (dialect: string, objects: readonly SchemaObject[]): Snapshot => ({
  dialect,
  objects: [...objects].sort(compareKeys),
});

/** The top-level object of that kind and name, if there is one. */
export const findObject = (
  snapshot: Snapshot,
  wanted: { kind: string; namespace?: string | null; name: string },
): SchemaObject | undefined =>
  snapshot.objects.find(
    (object) =>
      object.kind === wanted.kind &&
      object.name === wanted.name &&
      (wanted.namespace === undefined || object.namespace === wanted.namespace),
  );

/** The child of that kind and name, if there is one. */
export const childOf = (object: SchemaObject, kind: string, name: string): SchemaObject | undefined =>
  object.children.find((child) => child.kind === kind && child.name === name);

/** Kinds that an empty database has from the start, or that hold nothing of an application by themselves. */
const FURNITURE: ReadonlySet<string> = new Set([
  'schema',
  'extension',
  'language',
  'database',
  'default-privileges',
]);

/** Whether the snapshot holds anything of an application. */
export const hasObjects = (snapshot: Snapshot): boolean =>
  snapshot.objects.some((object) => !FURNITURE.has(object.kind));
