// The rows of a table as a plan leaves them, to be asked of the rows of today: columns that it renames under both names, what it adds with
// the value that every row gets, what it changes by the expression that changes it. Pure; builds SQL and sends none.
import type { SchemaObject } from '../../../schema/index.ts';
import { tokenize } from '../../../sql/index.ts';
import { edits } from '../edits.ts';
import { type Node, node, nodes, textField } from '../parse.ts';
import { quote } from '../quote.ts';
import { SCAN_RULES } from '../rules.ts';
import { constraintOf, isNull, volatileCalls } from './presets.ts';
import { alterParts } from './sayings.ts';
import { columnOf, type ParsedStatement, qualifiedText, quotedName, type Scene } from './scene.ts';
import { usingOf } from './using.ts';

/** A table at the end of the plan, found from what it was called before. */
export const tableAfter = (scene: Scene, table: SchemaObject): SchemaObject | undefined =>
  scene.input.after.objects.find(
    (object) => object.kind === 'table' && object.name === table.name && object.namespace === table.namespace,
  ) ??
  scene.input.after.objects.find(
    (object) => object.kind === 'table' && scene.input.moves?.origin(object) === table,
  );

/** Where renames alone lead back to; null for a column that the plan adds. */
const calledBefore = (scene: Scene, table: SchemaObject, name: string): string | null => {
  const { moves } = scene.input;
  return moves ? moves.column(tableAfter(scene, table) ?? table, name) : name;
};

/** What a column was called before the plan; undefined where it is the plan's own. */
export const columnBefore = (scene: Scene, table: SchemaObject, name: string): string | undefined => {
  const before = calledBefore(scene, table, name);
  if (before !== name) return before ?? undefined;
  return columnOf(table, name) && !isMadeAnew(scene, table, name) ? name : undefined;
};

/** Parts of ALTER TABLE about a table, under whatever name it has there. */
const partsOn = (scene: Scene, table: SchemaObject) => {
  const names = new Set([table.name, tableAfter(scene, table)?.name]);
  return alterParts(scene).filter((part) => names.has(part.table.name));
};

const isMadeAnew = (scene: Scene, table: SchemaObject, name: string): boolean => {
  const parts = partsOn(scene, table).map(({ command: { fields } }) => fields);
  const drop = parts.findIndex(
    (fields) => textField(fields, 'subtype') === 'AT_DropColumn' && textField(fields, 'name') === name,
  );
  return drop >= 0 && parts.slice(drop).some((fields) => addedName(fields) === name);
};

const addedName = (fields: Node['fields']): string | null =>
  textField(fields, 'subtype') === 'AT_AddColumn'
    ? textField(node(fields, 'def')?.fields ?? {}, 'colname')
    : null;

/** The words of an expression, without those of its texts. */
export const wordsOf = (expression: string): ReadonlySet<string> =>
  new Set(
    tokenize(expression, SCAN_RULES)
      .filter(({ kind }) => kind === 'word' || kind === 'quoted-identifier')
      .map(({ kind, text, value }) => (kind === 'word' ? text.toLowerCase() : (value ?? text))),
  );

/** Columns that an expression names, of the table as it was and as it will be. */
export const columnsIn = (scene: Scene, table: SchemaObject, expression: string): readonly string[] => {
  const words = wordsOf(expression);
  const all = [...table.children, ...(tableAfter(scene, table)?.children ?? [])];
  const known = all.filter(({ kind, name }) => kind === 'column' && words.has(name));
  return [...new Set(known.map(({ name }) => name))];
};

/** Whether the live server knows the type by that name, and the plan makes no other of it. */
const isKnownType = (scene: Scene, type: string): boolean => {
  const base = type.replace(/(\[\])+$/, '').replace(/\([\d, -]+\)/, '');
  if (base === 'unknown') return false;
  if (!base.includes('.')) return true;
  const named = (objects: readonly SchemaObject[]): boolean =>
    objects.some((object) => qualifiedText(object) === base);
  const isChanged = scene.input.change.changes.some(({ subject }) =>
    [subject, subject.parent].some((one) => one && one.namespace !== null && qualifiedText(one) === base),
  );
  // An extension's type is no object of the snapshot; what the plan makes is one of its end.
  const isMade = scene.statements.some(({ planned }) =>
    edits(planned.statement).some(
      (edit) =>
        (edit.do === 'create' && qualifiedText(edit.object) === base) ||
        (edit.do === 'rename' && qualifiedText(edit.to) === base),
    ),
  );
  return named(scene.input.before.objects) ? !isChanged : !isMade && !named(scene.input.after.objects);
};

/** The statement and part that give a column its last type; undefined where none does, or several do. */
export const retypedBy = (
  scene: Scene,
  table: SchemaObject,
  column: string,
): { readonly one: ParsedStatement; readonly command: Node } | undefined => {
  const found = partsOn(scene, table).filter(({ command: { fields } }) => {
    const name = textField(fields, 'name');
    return (
      textField(fields, 'subtype') === 'AT_AlterColumnType' &&
      name !== null &&
      (name === column || calledBefore(scene, table, name) === column)
    );
  });
  return found.length === 1 ? found[0] : undefined;
};

/** The text behind USING in the part of ALTER TABLE with that number. */
const usingText = (one: ParsedStatement, command: Node): string | null => {
  const number = nodes(one.node.fields, 'cmds').findIndex(({ fields }) => fields === command.fields);
  let [depth, part, start, end] = [0, 0, -1, -1];
  for (const { kind, text, offset } of tokenize(one.planned.statement.text, SCAN_RULES)) {
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
    const isEnd = depth === 0 && (text === ',' || kind === 'terminator');
    if (isEnd && part === number && end < 0) end = offset;
    if (isEnd) part += 1;
    if (part === number && depth === 0 && start < 0 && kind === 'word' && /^using$/i.test(text))
      start = offset + text.length;
  }
  if (start < 0 || number < 0) return null;
  return one.planned.statement.text.slice(start, end < 0 ? undefined : end).trim();
};

/**
 * An expression over the columns of today, by the names that they have today; null where it names a column of the plan's own, or asks
 * another table.
 */
const inOldNames = (scene: Scene, table: SchemaObject, expression: string): string | null => {
  const tokens = tokenize(expression, SCAN_RULES);
  const columns = new Set(columnsIn(scene, table, expression));
  let isKnown = true;
  const texts = tokens.map(({ kind, text, value }, place) => {
    if (kind === 'word' && /^select$/i.test(text)) isKnown = false;
    const name = kind === 'word' ? text.toLowerCase() : kind === 'quoted-identifier' ? (value ?? text) : null;
    const isOther = tokens[place + 1]?.text === '(' || tokens[place - 1]?.text === '::';
    if (name === null || isOther || !columns.has(name)) return text;
    const old = columnBefore(scene, table, name);
    if (old === undefined && !(columnOf(table, name) && scene.input.moves)) isKnown = false;
    return quote(old ?? name);
  });
  return isKnown ? texts.join('') : null;
};

/** The new values of a column that changes its type, in SQL over the columns of today; null where nobody can say. */
export const retyped = (
  scene: Scene,
  { table, column, to }: { readonly table: SchemaObject; readonly column: string; readonly to: string },
): string | null => {
  const by = retypedBy(scene, table, column);
  if (!by || !isKnownType(scene, to)) return null;
  const using = usingOf(by.command);
  if (!using) return `${quote(column)}::${to}`;
  // A function that nobody here knows could do more than compute, and is not called on the target before anybody agreed.
  const text = volatileCalls(using).length > 0 ? null : usingText(by.one, by.command);
  const today = text === null ? null : inOldNames(scene, table, text);
  return today === null ? null : `(${today})::${to}`;
};

/** The definition with which the plan adds a column; undefined where it adds none of that name. */
export const addedAs = (scene: Scene, table: SchemaObject, column: string): Node['fields'] | undefined => {
  const part = partsOn(scene, table).find(({ command: { fields } }) => addedName(fields) === column);
  return part && node(part.command.fields, 'def')?.fields;
};

/** What every row holds in a column that the plan adds; null where rows differ or nobody can say. */
const valueAdded = (scene: Scene, table: SchemaObject, column: SchemaObject): string | null => {
  const { type, identity, generated, default: preset } = column.attributes;
  if (typeof type !== 'string' || identity !== undefined || !isKnownType(scene, type)) return null;
  const added = addedAs(scene, table, column.name);
  if (!added) return null;
  if (typeof generated === 'string') {
    const text = inOldNames(scene, table, generatedText(generated));
    return text === null ? null : `(${text})::${type}`;
  }
  const stated = constraintOf(added, 'CONSTR_DEFAULT');
  if (!stated || isNull(stated.fields.raw_expr))
    return typeof preset === 'string' && preset.includes('nextval(') ? null : `NULL::${type}`;
  if (typeof preset !== 'string' || volatileCalls(stated.fields.raw_expr).length > 0) return null;
  return `(${preset})::${type}`;
};

/** The snapshot says the expression and how it is kept: `always as (a + b) stored`. */
const generatedText = (generated: string): string =>
  /^always as \((.*)\) (?:stored|virtual)$/s.exec(generated)?.[1] ?? generated;

/** A column at the end of the plan, in SQL over the columns of today. */
const futureOf = (scene: Scene, table: SchemaObject, name: string): string | null => {
  const children = tableAfter(scene, table)?.children.filter(({ kind }) => kind === 'column') ?? [];
  // A key of a table that is renamed is told under the names of before.
  const column =
    children.find((child) => child.name === name) ??
    children.find((child) => columnBefore(scene, table, child.name) === name);
  const old = column ? columnBefore(scene, table, column.name) : name;
  if (old === undefined) return column ? valueAdded(scene, table, column) : null;
  const before = columnOf(table, old);
  if (!before) return null;
  const to = column?.attributes.type ?? before.attributes.type;
  if (to === before.attributes.type || typeof to !== 'string') return quote(old);
  return retyped(scene, { table, column: old, to });
};

/** How a question names rows: those of the children are part of a partitioned table, and of no key of another. */
export interface Rows {
  /** Without the rows of tables that inherit from it. */
  readonly alone?: boolean;
}

/** What stands behind FROM for the rows of a table of today. */
export const rowsOf = (table: SchemaObject, { alone }: Rows = {}): string =>
  `${alone && table.attributes.partitionKey === undefined ? 'ONLY ' : ''}${quotedName(table)}`;

/**
 * What stands behind FROM so that these columns of the end of the plan can be asked; null where one of them cannot. A table that keeps
 * them as they are is itself.
 */
export const foreseen = (
  scene: Scene,
  table: SchemaObject,
  { columns, ...rows }: Rows & { readonly columns: readonly string[] },
): string | null => {
  const values = columns.map((name) => [name, futureOf(scene, table, name)] as const);
  if (values.some(([, value]) => value === null)) return null;
  const own = rowsOf(table, rows);
  if (values.every(([name, value]) => value === quote(name))) return own;
  const key = table.children.find(({ kind }) => kind === 'primary-key')?.attributes.columns;
  const keys = (Array.isArray(key) ? key.map(String) : []).filter((name) => !columns.includes(name));
  const all = [...keys.map((name) => [name, quote(name)] as const), ...values];
  const list = ['tableoid', 'ctid', ...all.map(([name, value]) => `${value} AS ${quote(name)}`)];
  return `(SELECT ${list.join(', ')} FROM ${own}) AS foreseen`;
};
