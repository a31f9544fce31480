// Builds the snapshot's tree from catalogue rows. Knows no SQL.
import { scryptSync } from 'node:crypto';
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type { CatalogueRow } from './rows.ts';

interface Node {
  readonly row: CatalogueRow;
  readonly children: Node[];
}

const NONE: readonly SchemaObject[] = [];
const NO_NOTES: readonly Note[] = [];

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

const inPlace = (a: Node, b: Node): number => a.row.sub - b.row.sub;

/** Columns come in the order of their numbers; whatever has none stays as it was given. */
const toObject = ({ row, children }: Node): SchemaObject =>
  schemaObject({
    kind: row.kind,
    namespace: row.namespace,
    name: row.name,
    attributes: row.attributes,
    children: children.length === 0 ? NONE : children.sort(inPlace).map(toObject),
  });

/** Things by catalogue and number. */
type Index<T> = Map<string, Map<string, T>>;

const put = <T>(index: Index<T>, at: { catalogue: string; oid: string }, thing: T): void => {
  const within = index.get(at.catalogue);
  if (within) within.set(at.oid, thing);
  else index.set(at.catalogue, new Map([[at.oid, thing]]));
};

const notesByObject = (notes: readonly Note[]): Index<readonly Note[]> => {
  const found: Index<readonly Note[]> = new Map();
  for (const note of notes) put(found, note, [...(found.get(note.catalogue)?.get(note.oid) ?? []), note]);
  return found;
};

const topLevel = (nodes: readonly Node[]): Index<Node> => {
  const found: Index<Node> = new Map();
  for (const node of nodes) if (node.row.parent === null) put(found, node.row, node);
  return found;
};

/** Links children to parents and adds notes. Rows whose parent is not in the snapshot (an extension's table) fall away. */
export const assemble = (rows: readonly CatalogueRow[], notes: readonly Note[]): readonly SchemaObject[] => {
  const nodes = rows.map((row): Node => ({ row, children: [] }));
  const parents = topLevel(nodes);
  const noted = notesByObject(notes);
  const top: Node[] = [];
  for (const node of nodes) {
    const { row } = node;
    for (const note of noted.get(row.catalogue)?.get(row.oid) ?? NO_NOTES) {
      if (note.sub === row.sub) row.attributes[note.attribute] = note.value;
    }
    hideSecrets(row.attributes);
    if (row.parent === null) top.push(node);
    else parents.get(row.within)?.get(row.parent)?.children.push(node);
  }
  return top.map(toObject);
};
