// Names of types in the parser's words, written as the server would print them (format_type). Knows no tables.
import { flag, type Node, names, nodes, record, textField } from './parse.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The parser's names of the standard types, and how they are printed (src/backend/utils/adt/format_type.c). */
const PRINTED: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varchar: 'character varying',
  bpchar: 'character',
  char: 'character',
  decimal: 'numeric',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
  varbit: 'bit varying',
  smallserial: 'smallint',
  serial2: 'smallint',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
};

/** As `regclass` and `regtype` print a name of the default namespace or another. */
export const printedName = (parts: readonly string[], defaultNamespace = 'public'): string => {
  const part = (name: string): string =>
    /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
  const own = parts.length > 1 ? parts : [defaultNamespace, ...parts];
  return own.map(part).join('.');
};

const numberIn = (item: Node): string => {
  const value = record(item.fields, 'ival');
  return value && typeof value.ival === 'number' ? String(value.ival) : '0';
};

/** Names that belong to the server itself although the parser gives no namespace for them. */
const BUILT_IN: ReadonlySet<string> = new Set([
  ...Object.keys(PRINTED),
  'text',
  'uuid',
  'json',
  'jsonb',
  'xml',
  'date',
  'bytea',
  'inet',
  'cidr',
  'macaddr',
  'money',
  'numeric',
  'interval',
  'bit',
  'point',
  'tsvector',
  'tsquery',
  'oid',
  'name',
  'int4range',
  'int8range',
  'numrange',
  'tsrange',
  'tstzrange',
  'daterange',
]);

/** Types of extensions that live wherever their extension does; printed without a namespace they are still told apart. */
const baseOf = (parts: readonly string[]): string => {
  const own = parts[0] === 'pg_catalog' ? parts.slice(1) : parts;
  const [only = ''] = own;
  if (own.length === 1 && (parts[0] === 'pg_catalog' || BUILT_IN.has(only))) return PRINTED[only] ?? only;
  return printedName(own);
};

/** INTERVAL_FULL_RANGE (src/include/utils/timestamp.h): the interval is not limited to some fields. */
const ANY_FIELDS = String(0x7fff);

/** `numeric(10,2)`, `timestamp(3) with time zone`, `text[]`. */
const typeText = (type: Fields): string => {
  const base = baseOf(names(type, 'names'));
  const all = nodes(type, 'typmods').map(numberIn);
  // An interval's first number is its range of fields; the precision follows it.
  const modifiers = base === 'interval' ? (all[0] === ANY_FIELDS ? all.slice(1) : []) : all;
  const array = nodes(type, 'arrayBounds').length > 0 || flag(type, 'array') ? '[]' : '';
  if (modifiers.length === 0) return `${base === 'character' ? 'character(1)' : base}${array}`;
  const list = `(${modifiers.join(',')})`;
  const zoned = /^(timestamp|time)( with.*)$/.exec(base);
  return `${zoned ? `${zoned[1]}${list}${zoned[2]}` : `${base}${list}`}${array}`;
};

/** The type of a column's definition. */
export const columnType = (column: Fields): string => typeText(record(column, 'typeName') ?? {});

/** `serial` and its like make a number for every row. */
export const isSerial = (column: Fields): boolean =>
  /^(small|big)?serial[248]?$/.test(names(record(column, 'typeName') ?? {}, 'names').at(-1) ?? '');

/** The text of a field, where it is not empty. */
export const filled = (fields: Fields, name: string): string | null => textField(fields, name) || null;
