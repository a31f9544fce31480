// Rows of a database in the form that Prisma's engine reads. Pure: types are looked up, nothing is asked.
import { type ColumnType, type SqlResultSet, ColumnTypeEnum as T } from '@prisma/driver-adapter-utils';
import type { RawResult } from '../../../dialects/contract.ts';
import type { EngineFlavour } from '../providers.ts';
import { parseArray } from './array-literal.ts';

/** pg_type.oid -> the engine's type (pg_type.dat); what is not listed is read as text. */
const BY_OID: Readonly<Record<number, ColumnType>> = {
  16: T.Boolean,
  17: T.Bytes,
  18: T.Character,
  20: T.Int64,
  21: T.Int32,
  22: T.Int32Array,
  23: T.Int32,
  26: T.Int64,
  114: T.Json,
  199: T.JsonArray,
  700: T.Float,
  701: T.Double,
  790: T.Numeric,
  1000: T.BooleanArray,
  1001: T.BytesArray,
  1002: T.CharacterArray,
  1003: T.TextArray,
  1005: T.Int32Array,
  1007: T.Int32Array,
  1009: T.TextArray,
  1014: T.TextArray,
  1015: T.TextArray,
  1016: T.Int64Array,
  1021: T.FloatArray,
  1022: T.DoubleArray,
  1028: T.Int64Array,
  1082: T.Date,
  1083: T.Time,
  1114: T.DateTime,
  1115: T.DateTimeArray,
  1182: T.DateArray,
  1184: T.DateTime,
  1185: T.DateTimeArray,
  1231: T.NumericArray,
  1266: T.Time,
  1700: T.Numeric,
  2950: T.Uuid,
  2951: T.UuidArray,
  3802: T.Json,
  3807: T.JsonArray,
};

/** The type of a declared column by SQLite's affinity rules (sqlite.org/datatype3.html §3.1); null for an expression. */
const byDeclaration = (declared: string): ColumnType | null => {
  const words = declared.toUpperCase();
  if (words.includes('INT')) return T.Int64;
  if (/CHAR|TEXT|CLOB/.test(words)) return T.Text;
  if (words === 'DATETIME' || words === 'TIMESTAMP') return T.DateTime;
  if (words.includes('BLOB')) return T.Bytes;
  if (words.startsWith('BOOL')) return T.Boolean;
  return /REAL|FLOA|DOUB/.test(words) ? T.Double : null;
};

/** The type of an expression, from the first value that is not null. */
const byValue = (value: unknown): ColumnType => {
  if (value === undefined || value === null) return T.Int32;
  if (typeof value === 'bigint') return T.Int64;
  if (typeof value === 'number') return Number.isInteger(value) ? T.Int64 : T.Double;
  return value instanceof Uint8Array ? T.Bytes : T.Text;
};

const columnType = (result: RawResult, index: number, flavour: EngineFlavour): ColumnType => {
  const stated = result.columns[index]?.type ?? null;
  if (flavour.columns === 'oids') return BY_OID[Number(stated)] ?? T.Text;
  const declared = stated === null ? null : byDeclaration(String(stated));
  if (declared !== null) return declared;
  return byValue(result.rows.find((row) => row[index] !== null && row[index] !== undefined)?.[index]);
};

const dateTimeText = (value: unknown): string => {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number' || typeof value === 'bigint') return new Date(Number(value)).toISOString();
  const text = String(value)
    .replace(' ', 'T')
    .replace(/([+-]\d{2})$/, '$1:00');
  return /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}+00:00`;
};

const scalar = (value: unknown, type: ColumnType): unknown => {
  if (value === null || value === undefined) return null;
  switch (type) {
    case T.DateTime:
      return dateTimeText(value);
    case T.Date:
      return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
    case T.Int32:
    case T.Float:
    case T.Double:
      return Number(value);
    case T.Int64:
    case T.Numeric:
      return typeof value === 'number' ? value : String(value);
    case T.Boolean:
      return typeof value === 'string' ? value === 't' || value === 'true' : Boolean(value);
    case T.Json:
      return typeof value === 'string' ? value : JSON.stringify(value);
    case T.Bytes:
      // bytea as text is `\\x` and hex digits (PostgreSQL manual, 8.4).
      return typeof value === 'string' ? Buffer.from(value.replace(/^\\x/, ''), 'hex') : value;
    default:
      return String(value);
  }
};

/** Every array type of the engine lies 64 above its element's. */
const ARRAYS = 64;

const converted = (value: unknown, type: ColumnType): unknown => {
  if (type < ARRAYS || type === T.UnknownNumber || value === null) return scalar(value, type);
  const element = elementOf(type);
  // int2vector prints its numbers with spaces, arrays print braces.
  const items = Array.isArray(value)
    ? value
    : String(value).startsWith('{')
      ? parseArray(String(value))
      : String(value).split(' ').filter(Boolean);
  return items.map((item) => scalar(item, element));
};

const ELEMENTS: ReadonlyMap<ColumnType, ColumnType> = new Map([
  [T.Int32Array, T.Int32],
  [T.Int64Array, T.Int64],
  [T.FloatArray, T.Float],
  [T.DoubleArray, T.Double],
  [T.NumericArray, T.Numeric],
  [T.BooleanArray, T.Boolean],
  [T.CharacterArray, T.Character],
  [T.DateArray, T.Date],
  [T.TimeArray, T.Time],
  [T.DateTimeArray, T.DateTime],
  [T.JsonArray, T.Json],
  [T.BytesArray, T.Bytes],
  [T.UuidArray, T.Uuid],
]);

const elementOf = (type: ColumnType): ColumnType => ELEMENTS.get(type) ?? T.Text;

/** The rows as the engine's adapter hands them over. */
export const toResultSet = (result: RawResult, flavour: EngineFlavour): SqlResultSet => {
  const columnTypes = result.columns.map((_, index) => columnType(result, index, flavour));
  return {
    columnNames: result.columns.map((column) => column.name),
    columnTypes,
    rows: result.rows.map((row) => columnTypes.map((type, index) => converted(row[index] ?? null, type))),
  };
};
