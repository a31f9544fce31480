// Schema objects as SQL: columns, keys, indexes and whole tables, from the server's own words for them. Knows no order and no
// session. What it has no words for it says by name, instead of leaving it out.
import { DbsyncError } from '../../errors/index.ts';
import { describeSubject, type SchemaObject, subjectOf, type Value } from '../../schema/index.ts';
import { literal, quote } from './quote.ts';

const unrenderable = (object: SchemaObject, table: SchemaObject, what: string): DbsyncError =>
  new DbsyncError('SCHEMA_UNRENDERABLE', {
    summary: `There is no SQL here for ${describeSubject(subjectOf(object, object === table ? undefined : table))}: ${what}.`,
    why: 'What cannot be written in full is not written at all.',
    next: ['Write the migration by hand.'],
  });

/** Throws SCHEMA_UNRENDERABLE where the object has an attribute besides these. */
const demandOnly = (object: SchemaObject, table: SchemaObject, known: ReadonlySet<string>): void => {
  const strange = Object.keys(object.attributes).find((name) => !known.has(name));
  if (strange !== undefined)
    throw unrenderable(object, table, `${strange} ${JSON.stringify(object.attributes[strange])}`);
};

const text = (object: SchemaObject, name: string): string | null => {
  const value = object.attributes[name];
  return typeof value === 'string' ? value : null;
};

/** An attribute that is a list; empty where there is none. */
const list = (object: SchemaObject, name: string): readonly Value[] => {
  const value = object.attributes[name];
  return Array.isArray(value) ? value : [];
};

const names = (object: SchemaObject, attribute: string): string =>
  list(object, attribute)
    .map((name) => quote(String(name)))
    .join(', ');

/** Display widths that a server gives by itself, signed and unsigned; a tinyint(1) is a boolean and keeps its own. */
const WIDTHS: Readonly<Record<string, readonly string[]>> = {
  tinyint: ['4', '3'],
  smallint: ['6', '5'],
  mediumint: ['9', '8'],
  int: ['11', '10'],
  bigint: ['20'],
};

/** A type without a width that says nothing. */
const plainType = (type: string): string =>
  type.replace(/^(tinyint|smallint|mediumint|int|bigint)\((\d+)\)/, (whole, name: string, width: string) =>
    WIDTHS[name]?.includes(width) ? name : whole,
  );

/** Literals and the clock stand as they are; every other expression in parentheses, as both products take it. */
const presetSql = (preset: string): string =>
  /^(?:'|[bx]'|_\w+ |-?[\d.]+$|current_timestamp\b|\()/i.test(preset) ? preset : `(${preset})`;

const COLUMN: ReadonlySet<string> = new Set([
  'type',
  'nullable',
  'default',
  'generated',
  'generatedAs',
  'collation',
  'autoIncrement',
  'invisible',
  'onUpdate',
  'withoutVersioning',
  'comment',
  'srid',
  'check',
]);

/** MariaDB's JSON is text with a check of its own making (manual, "JSON Data Type"). */
const isJson = (column: SchemaObject): boolean =>
  text(column, 'type') === 'longtext' &&
  text(column, 'collation') === 'utf8mb4_bin' &&
  text(column, 'check') === `json_valid(${quote(column.name)})`;

const valueParts = (column: SchemaObject): readonly (string | false)[] => {
  const { nullable, autoIncrement } = column.attributes;
  const generated = text(column, 'generated');
  if (generated !== null)
    return [
      `GENERATED ALWAYS AS (${generated}) ${text(column, 'generatedAs') === 'stored' ? 'STORED' : 'VIRTUAL'}`,
      nullable === false && 'NOT NULL',
    ];
  const preset = text(column, 'default');
  const onUpdate = text(column, 'onUpdate');
  return [
    nullable === false ? 'NOT NULL' : 'NULL',
    preset !== null && `DEFAULT ${presetSql(preset)}`,
    onUpdate !== null && `ON UPDATE ${onUpdate}`,
    autoIncrement === true && 'AUTO_INCREMENT',
  ];
};

/** A column as CREATE TABLE, ADD COLUMN and MODIFY say it, its name included. */
export const columnSql = (column: SchemaObject, table: SchemaObject): string => {
  demandOnly(column, table, COLUMN);
  const json = isJson(column);
  const collation = json ? null : text(column, 'collation');
  const comment = text(column, 'comment');
  const check = json ? null : text(column, 'check');
  const parts = [
    quote(column.name),
    json ? 'json' : plainType(text(column, 'type') ?? ''),
    collation !== null && collation !== text(table, 'collation') && `COLLATE ${collation}`,
    ...valueParts(column),
    column.attributes.srid !== undefined && `SRID ${String(column.attributes.srid)}`,
    column.attributes.invisible === true && 'INVISIBLE',
    column.attributes.withoutVersioning === true && 'WITHOUT SYSTEM VERSIONING',
    comment !== null && `COMMENT ${literal(comment)}`,
    check !== null && `CHECK (${check})`,
  ];
  return parts.filter((part) => part !== false).join(' ');
};

/** The parts of an index in parentheses: names or expressions, lengths, descending ones. */
export const partsSql = (index: SchemaObject): string => {
  const lengths = list(index, 'lengths');
  const descending = list(index, 'descending');
  const parts = list(index, 'columns').map((column, at) => {
    const name = String(column);
    const length =
      typeof lengths[at] === 'number' && index.attributes.using !== 'spatial' ? `(${lengths[at]})` : '';
    return `${name.startsWith('(') ? name : quote(name)}${length}${descending[at] === true ? ' DESC' : ''}`;
  });
  return `(${parts.join(', ')})`;
};

const METHODS: Readonly<Record<string, string>> = { fulltext: 'FULLTEXT ', spatial: 'SPATIAL ' };

/** `UNIQUE INDEX`, `FULLTEXT INDEX`, `INDEX`. */
export const indexWords = (index: SchemaObject): string =>
  `${METHODS[String(index.attributes.using)] ?? (index.attributes.unique === true ? 'UNIQUE ' : '')}INDEX`;

const INDEX: ReadonlySet<string> = new Set([
  'columns',
  'unique',
  'using',
  'lengths',
  'descending',
  'comment',
  'parser',
]);

/** An index as CREATE TABLE and ADD say it. */
export const indexSql = (index: SchemaObject, table: SchemaObject): string => {
  demandOnly(index, table, INDEX);
  const comment = text(index, 'comment');
  const parser = text(index, 'parser');
  return [
    `${indexWords(index)} ${quote(index.name)} ${partsSql(index)}`,
    ...(parser === null ? [] : [`WITH PARSER ${quote(parser)}`]),
    ...(comment === null ? [] : [`COMMENT ${literal(comment)}`]),
  ].join(' ');
};

/** `PRIMARY KEY (...)`. */
export const primaryKeySql = (key: SchemaObject): string => `PRIMARY KEY ${partsSql(key)}`;

const FOREIGN_KEY: ReadonlySet<string> = new Set([
  'columns',
  'references',
  'referencedColumns',
  'onDelete',
  'onUpdate',
]);

/** A foreign key as ADD says it. */
export const foreignKeySql = (key: SchemaObject, table: SchemaObject): string => {
  demandOnly(key, table, FOREIGN_KEY);
  const rule = (word: string, name: string): string =>
    text(key, name) === null ? '' : ` ON ${word} ${text(key, name)}`;
  return [
    `CONSTRAINT ${quote(key.name)} FOREIGN KEY (${names(key, 'columns')})`,
    ` REFERENCES ${quote(text(key, 'references') ?? '')} (${names(key, 'referencedColumns')})`,
    rule('DELETE', 'onDelete'),
    rule('UPDATE', 'onUpdate'),
  ].join('');
};

/** What a new table has from its server's own settings: not said, and the proof of the schema shows it where it differs. */
const TABLE: ReadonlySet<string> = new Set(['engine', 'collation', 'rowFormat', 'comment']);
const CHILDREN: ReadonlySet<string> = new Set(['column', 'index', 'primary-key', 'foreign-key']);

/** CREATE TABLE without its foreign keys; `skipped` are indexes that a foreign key will bring by itself. */
export const tableSql = (table: SchemaObject, skipped: ReadonlySet<string> = new Set()): string => {
  demandOnly(table, table, TABLE);
  const strange = table.children.find((child) => !CHILDREN.has(child.kind));
  if (strange) throw unrenderable(strange, table, `a ${strange.kind} of a new table`);
  const of = (kind: string): readonly SchemaObject[] => table.children.filter((child) => child.kind === kind);
  const lines = [
    ...of('column').map((column) => columnSql(column, table)),
    ...of('index')
      .filter((index) => !skipped.has(index.name))
      .map((index) => indexSql(index, table)),
    ...of('primary-key').map(primaryKeySql),
  ];
  const collation = text(table, 'collation');
  const charset =
    collation === null ? '' : ` DEFAULT CHARACTER SET ${collation.split('_')[0]} COLLATE ${collation}`;
  const comment = text(table, 'comment');
  return `CREATE TABLE ${quote(table.name)} (\n    ${lines.join(',\n    ')}\n)${charset}${
    comment === null ? '' : ` COMMENT ${literal(comment)}`
  }`;
};
