// Which words can be names inside a view or a trigger, as far as its text and the schema's columns tell. A superset of what
// the engine resolves: where the text reaches for something unknown, every word counts as a name. Knows no connection.

import { isNode, nameIn, type SyntaxNode, walk } from '../parse.ts';
import { fold } from '../rules.ts';
import type { Known } from './canonical.ts';

/** The folded column names of a table or view; null where they cannot be told. */
export type ColumnsOf = (table: string) => ReadonlySet<string> | null;

/** Every table has these unless a column of the name hides them (https://sqlite.org/lang_createtable.html#rowid). */
export const ROWID_NAMES: readonly string[] = ['rowid', 'oid', '_rowid_'];

/** Columns of the table-valued functions that are always there (https://sqlite.org/json1.html#jeach). */
const FUNCTION_COLUMNS = ['key', 'value', 'type', 'atom', 'id', 'parent', 'fullkey', 'path', 'json', 'root'];
const FUNCTIONS: ReadonlySet<string> = new Set(['json_each', 'json_tree', 'jsonb_each', 'jsonb_tree']);

interface Mentions {
  readonly names: Set<string>;
  readonly tables: Set<string>;
  readonly ctes: Set<string>;
}

const named = (value: unknown): string => (isNode(value) ? fold(nameIn(value) ?? '') : '');

const note = (node: SyntaxNode, mentions: Mentions): void => {
  if ((node.type === 'AsAs' || node.type === 'ElidedAs') && 'name' in node) {
    mentions.names.add(named(node.name));
  } else if (node.type === 'CommonTableExpr' && 'tblName' in node) {
    mentions.ctes.add(named(node.tblName));
  } else if (node.type === 'IndexedColumn' && 'colName' in node) {
    mentions.names.add(named(node.colName));
  } else if (node.type === 'QualifiedName' && 'objName' in node) {
    mentions.tables.add(named(node.objName));
    if ('alias' in node) mentions.names.add(named(node.alias));
  }
};

const mentionsOf = (tree: SyntaxNode): Mentions => {
  const mentions: Mentions = { names: new Set(ROWID_NAMES), tables: new Set(), ctes: new Set() };
  walk(tree, (node, _parent, member) => {
    if (member !== 'viewName' && member !== 'triggerName') note(node, mentions);
  });
  return mentions;
};

/** The names that can be meant inside `tree`; null where any can. */
export const namesIn = (tree: SyntaxNode, columnsOf: ColumnsOf): ReadonlySet<string> | null => {
  const { names, tables, ctes } = mentionsOf(tree);
  for (const cte of ctes) names.add(cte);
  for (const table of tables) {
    names.add(table);
    if (ctes.has(table)) continue;
    const columns = FUNCTIONS.has(table) ? FUNCTION_COLUMNS : columnsOf(table);
    if (columns === null) return null;
    for (const column of columns) names.add(column);
  }
  return names;
};

/** `namesIn` as a question. */
export const scopeOf = (tree: SyntaxNode, columnsOf: ColumnsOf): Known => {
  const names = namesIn(tree, columnsOf);
  return names === null ? () => true : (name) => names.has(name);
};
