// Columns, keys and checks as a statement declares them, as objects of the model. Pure; knows no live schema.
import { hashOf, type SchemaObject, schemaObject, shortHash, type Value } from '../../../schema/index.ts';
import { flag, type Node, names, node, nodes, record, textField, visit } from '../parse.ts';
import { columnType, filled, isSerial, printedName } from '../type-names.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** An expression without its places in the text: equal exactly where it says the same. */
const withoutPlaces = (name: string, value: unknown): unknown => (name === 'location' ? undefined : value);

/** Most expressions of a history are few: 0, now(), a name. */
const remembered = new Map<string, string>();
const REMEMBERED = 1000;

/** Stands for an expression's text, which the parser does not give. */
export const expressionText = (value: unknown): string => {
  const said = JSON.stringify(value, withoutPlaces);
  const known = remembered.get(said);
  if (known !== undefined) return known;
  const text = `expression ${shortHash(hashOf(said))}`;
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(said, text);
  return text;
};

const referenced = (fields: Fields): string => {
  const table = record(fields, 'pktable');
  const namespace = table && textField(table, 'schemaname');
  const name = (table && textField(table, 'relname')) ?? '';
  return printedName(namespace ? [namespace, name] : [name]);
};

const ACTIONS: Readonly<Record<string, string>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

const CONSTRAINTS: Readonly<Record<string, readonly [kind: string, suffix: string]>> = {
  CONSTR_PRIMARY: ['primary-key', 'pkey'],
  CONSTR_UNIQUE: ['unique', 'key'],
  CONSTR_FOREIGN: ['foreign-key', 'fkey'],
  CONSTR_CHECK: ['check', 'check'],
  CONSTR_EXCLUSION: ['exclusion', 'excl'],
};

const namesOfColumns = (fields: Fields, column: string | null): readonly string[] => {
  for (const list of ['fk_attrs', 'keys']) {
    const found = names(fields, list);
    if (found.length > 0) return found;
  }
  return column === null ? [] : [column];
};

const keyAttributes = (fields: Fields): Record<string, Value | undefined> => {
  if (textField(fields, 'contype') !== 'CONSTR_FOREIGN') return {};
  const columns = names(fields, 'pk_attrs');
  return {
    references: referenced(fields),
    referencedColumns: columns.length > 0 ? columns : undefined,
    onDelete: ACTIONS[textField(fields, 'fk_del_action') ?? 'a'],
    onUpdate: ACTIONS[textField(fields, 'fk_upd_action') ?? 'a'],
  };
};

/** `(email IS NOT NULL)`: the one check whose meaning decides another hazard. */
const nullTest = (fields: Fields): string | undefined => {
  const test = node(fields, 'raw_expr');
  const argument = test?.type === 'NullTest' ? node(test.fields, 'arg') : null;
  const name = argument?.type === 'ColumnRef' ? names(argument.fields, 'fields').at(-1) : undefined;
  if (name === undefined || textField(test?.fields ?? {}, 'nulltesttype') !== 'IS_NOT_NULL') return undefined;
  return `(${/^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`} IS NOT NULL)`;
};

/** The columns that a check's expression names. */
const checkedColumns = (fields: Fields): readonly string[] => {
  const found = new Set<string>();
  visit(fields.raw_expr, (type, inner) => {
    const name = type === 'ColumnRef' ? names(inner, 'fields').at(-1) : undefined;
    if (name !== undefined) found.add(name);
  });
  return [...found];
};

/** A key or check, by the name that the server gives it; null for what is an attribute of the column. */
export const constraintObject = (
  fields: Fields,
  place: { readonly table: string; readonly column: string | null },
): SchemaObject | null => {
  const found = CONSTRAINTS[textField(fields, 'contype') ?? ''];
  if (!found) return null;
  const [kind, suffix] = found;
  const columns = namesOfColumns(fields, place.column);
  const own = kind === 'check' ? checkedColumns(fields) : columns;
  const parts = kind === 'primary-key' ? [place.table, suffix] : [place.table, ...columns, suffix];
  return schemaObject({
    kind,
    name: filled(fields, 'conname') ?? parts.join('_'),
    attributes: {
      columns: own.length > 0 ? own : undefined,
      ...keyAttributes(fields),
      expression: kind === 'check' ? nullTest(fields) : undefined,
      // Until it is validated; a constraint of a new table needs no check.
      validated: flag(fields, 'skip_validation') ? false : undefined,
    },
  });
};

const constraintsIn = (column: Fields): readonly Node[] =>
  nodes(column, 'constraints').filter(({ type }) => type === 'Constraint');

const of = (constraints: readonly Node[], type: string): Node | undefined =>
  constraints.find(({ fields }) => fields.contype === type);

/** A column as it is declared. */
export const columnObject = (column: Fields): SchemaObject => {
  const constraints = constraintsIn(column);
  const serial = isSerial(column);
  const preset = of(constraints, 'CONSTR_DEFAULT');
  const generated = of(constraints, 'CONSTR_GENERATED');
  const required =
    of(constraints, 'CONSTR_NOTNULL') ??
    of(constraints, 'CONSTR_PRIMARY') ??
    of(constraints, 'CONSTR_IDENTITY');
  const nullable = !required && !serial;
  return schemaObject({
    kind: 'column',
    name: textField(column, 'colname') ?? '',
    attributes: {
      type: columnType(column),
      nullable,
      default: serial ? 'nextval' : preset && presetText(preset.fields.raw_expr),
      generated: generated && expressionText(generated.fields.raw_expr),
      identity: of(constraints, 'CONSTR_IDENTITY') && 'by default',
    },
  });
};

/** The default; DEFAULT NULL is none. */
const presetText = (expression: unknown): string | undefined =>
  /^\{"A_Const":\{"isnull":true/.test(JSON.stringify(expression)) ? undefined : expressionText(expression);

/** The default that SET DEFAULT states; undefined for DROP DEFAULT. */
export const defaultOf = (command: Fields): string | undefined =>
  node(command, 'def') ? presetText(command.def) : undefined;

/** The keys and checks that stand with a column. */
export const columnConstraints = (column: Fields, table: string): readonly SchemaObject[] =>
  constraintsIn(column)
    .map(({ fields }) => constraintObject(fields, { table, column: textField(column, 'colname') }))
    .filter((object) => object !== null);

/** Whether an index is more than a B-tree of its columns: another method, an order, a collation, a class of operators, others that it carries. */
const isUnusual = (fields: Fields): boolean =>
  (filled(fields, 'accessMethod') ?? 'btree') !== 'btree' ||
  nodes(fields, 'indexIncludingParams').length > 0 ||
  nodes(fields, 'indexParams').some(
    ({ fields: part }) =>
      nodes(part, 'collation').length > 0 ||
      nodes(part, 'opclass').length > 0 ||
      textField(part, 'ordering') === 'SORTBY_DESC' ||
      /^SORTBY_NULLS_(FIRST|LAST)$/.test(textField(part, 'nulls_ordering') ?? ''),
  );

/** An index as it is declared; one without a name gets the server's. */
export const indexObject = (fields: Fields): SchemaObject => {
  const parts = nodes(fields, 'indexParams').map(
    (item) => filled(item.fields, 'name') ?? expressionText(item.fields.expr),
  );
  const table = record(fields, 'relation');
  const plain = parts.map((part) => (part.startsWith('expression ') ? 'expr' : part));
  const own = [(table && textField(table, 'relname')) ?? '', ...plain, 'idx'].join('_');
  return schemaObject({
    kind: 'index',
    name: filled(fields, 'idxname') ?? own,
    attributes: {
      unique: flag(fields, 'unique'),
      columns: parts,
      where: node(fields, 'whereClause') ? expressionText(fields.whereClause) : undefined,
      nullsNotDistinct: flag(fields, 'nulls_not_distinct') || undefined,
      definition: isUnusual(fields)
        ? expressionText([fields.accessMethod, fields.indexParams, fields.indexIncludingParams])
        : undefined,
    },
  });
};

const elementsOf = (fields: Fields, table: string): readonly SchemaObject[] =>
  nodes(fields, 'tableElts').flatMap((item): readonly SchemaObject[] => {
    if (item.type === 'ColumnDef')
      return [columnObject(item.fields), ...columnConstraints(item.fields, table)];
    const key = item.type === 'Constraint' ? constraintObject(item.fields, { table, column: null }) : null;
    return key ? [{ ...key, attributes: withoutValidation(key) }] : [];
  });

/** A table that is made with a constraint has no row that could break it. */
const withoutValidation = ({ attributes }: SchemaObject): SchemaObject['attributes'] =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'validated'));

/** Columns of a primary key that stands apart are required too. */
const required = (children: readonly SchemaObject[]): readonly SchemaObject[] => {
  const key = children.find(({ kind }) => kind === 'primary-key')?.attributes.columns;
  if (!Array.isArray(key)) return children;
  return children.map((child) =>
    child.kind === 'column' && key.includes(child.name)
      ? schemaObject({ ...child, attributes: { ...child.attributes, nullable: false } })
      : child,
  );
};

/** What the rows are divided by, in words of its own: the server prints it otherwise. */
const partitionKey = (fields: Fields): string | undefined => {
  const stated = record(fields, 'partspec');
  if (!stated) return undefined;
  const columns = nodes(stated, 'partParams').map((item) => textField(item.fields, 'name') ?? 'expression');
  return `stated (${columns.join(', ')})`;
};

/** A table as CREATE TABLE declares it. */
export const tableObject = (fields: Fields, name: { namespace: string; name: string }): SchemaObject => {
  const parents = nodes(fields, 'inhRelations').map(
    ({ fields: parent }) => textField(parent, 'relname') ?? '',
  );
  const isPartition = record(fields, 'partbound') !== null;
  return schemaObject({
    kind: 'table',
    ...name,
    attributes: {
      unlogged: record(fields, 'relation')?.relpersistence === 'u' || undefined,
      partitionKey: partitionKey(fields),
      partitionOf: isPartition ? (parents[0] ?? '') : undefined,
      partitionBound: record(fields, 'partbound')?.is_default === true ? 'DEFAULT' : undefined,
    },
    children: required(elementsOf(fields, name.name)),
  });
};
