// Builds the snapshot's tree from catalogue rows. Knows no SQL.
import { scryptSync } from 'node:crypto';
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type { CatalogueRow } from './rows.ts';

interface Node {
  readonly row: CatalogueRow;
  readonly children: Node[];
}

/** A comment or a security label of one object. */
export interface Note {
  readonly key: string;
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

const toObject = ({ row, children }: Node): SchemaObject =>
  schemaObject({
    kind: row.kind,
    namespace: row.namespace,
    name: row.name,
    attributes: row.attributes,
    children: children.map(toObject),
  });

/** Links children to parents and adds notes. Rows whose parent is not in the snapshot (an extension's table) fall away. */
export const assemble = (rows: readonly CatalogueRow[], notes: readonly Note[]): readonly SchemaObject[] => {
  const nodes = new Map<string, Node>();
  for (const row of rows) nodes.set(row.key, { row, children: [] });
  for (const { key, attribute, value } of notes) {
    const node = nodes.get(key);
    if (node) node.row.attributes[attribute] = value;
  }
  const top: Node[] = [];
  for (const node of nodes.values()) {
    hideSecrets(node.row.attributes);
    if (node.row.parent === null) top.push(node);
    else nodes.get(node.row.parent)?.children.push(node);
  }
  return top.map(toObject);
};
