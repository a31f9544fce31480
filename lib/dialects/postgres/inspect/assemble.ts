// Builds the snapshot's tree from catalogue rows. Knows no SQL.
import { scryptSync } from 'node:crypto';
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type { CatalogueRow } from './rows.ts';

/** A child, and its place among its siblings. */
interface Placed {
  readonly sub: number;
  readonly object: SchemaObject;
}

/** A comment or a security label of one object. */
export interface Note {
  /** As in the row. */
  readonly catalogue: string;
  readonly oid: string;
  readonly sub: number;
  readonly attribute: 'comment' | 'securityLabels';
  readonly value: Value;
}

/** Options that hold a credential, by name. */
const SECRET_OPTION = /pass|secret|token|credential|private|(^|_)key/i;

/** Slow on purpose, so that the mark of a weak password cannot be turned back by trying. */
const mark = (value: string): string =>
  `hidden:${scryptSync(value, 'dbsync snapshot', 9).toString('base64url')}`;

const hideOption = (option: Value): Value => {
  if (typeof option !== 'string') return option;
  const at = option.indexOf('=');
  const name = option.slice(0, at);
  return at > 0 && SECRET_OPTION.test(name) ? `${name}=${mark(option.slice(at + 1))}` : option;
};

const sortedOptions = (options: Value): Value =>
  Array.isArray(options) ? options.map(hideOption).sort((a, b) => (String(a) < String(b) ? -1 : 1)) : options;

/** Replaces credentials by a mark that differs where they differ. */
const hideSecrets = (attributes: Record<string, Value>): void => {
  if (attributes.fdwOptions !== undefined) attributes.fdwOptions = sortedOptions(attributes.fdwOptions);
  if (typeof attributes.connection === 'string') attributes.connection = mark(attributes.connection);
};

const objectOf = (row: CatalogueRow, children: readonly SchemaObject[] = []): SchemaObject =>
  schemaObject({
    kind: row.kind,
    namespace: row.namespace,
    name: row.name,
    attributes: row.attributes,
    children,
  });

/** Things by catalogue and number. */
type Index<T> = Map<string, Map<string, T[]>>;

const put = <T>(index: Index<T>, catalogue: string, oid: string, thing: T): void => {
  const within = index.get(catalogue) ?? new Map<string, T[]>();
  const things = within.get(oid);
  if (things) things.push(thing);
  else within.set(oid, [thing]);
  index.set(catalogue, within);
};

/** Columns come in the order of their numbers; whatever has none stays as it was given. */
const inPlace = (children: Placed[]): readonly SchemaObject[] =>
  children.sort((a, b) => a.sub - b.sub).map(({ object }) => object);

/** A snapshot's objects in the making. */
export interface Assembly {
  /** Takes a row; its attributes are the assembly's from then on. */
  add(row: CatalogueRow): void;
  /** The top-level objects. Children whose parent is not among them (an extension's table) fall away. */
  objects(): readonly SchemaObject[];
}

/** Begins an assembly: rows come in any order, and children are made while the server is busy with the next answer. */
export const startAssembly = (notes: readonly Note[]): Assembly => {
  const noted: Index<Note> = new Map();
  for (const note of notes) put(noted, note.catalogue, note.oid, note);
  const top: CatalogueRow[] = [];
  const children: Index<Placed> = new Map();
  return {
    add: (row) => {
      for (const note of noted.get(row.catalogue)?.get(row.oid) ?? []) {
        if (note.sub === row.sub) row.attributes[note.attribute] = note.value;
      }
      hideSecrets(row.attributes);
      if (row.parent === null) top.push(row);
      else put(children, row.within, row.parent, { sub: row.sub, object: objectOf(row) });
    },
    objects: () => top.map((row) => objectOf(row, inPlace(children.get(row.catalogue)?.get(row.oid) ?? []))),
  };
};
