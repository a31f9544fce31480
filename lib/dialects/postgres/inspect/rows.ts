// Answers of the catalogue queries as rows: from the server's texts to values. Knows no kind of object.
import type { Value } from '../../../schema/index.ts';
import type { RawResult } from '../../contract.ts';
import type { Lookup } from './lookup.ts';
import type { CatalogueQuery } from './sql.ts';

/** One catalogue row: what and where it is, and its attributes. */
export interface CatalogueRow {
  /** The system catalogue and the number in it: what comments and children refer to, the former together with `sub`. */
  readonly catalogue: string;
  readonly oid: string;
  /** A place among the siblings (a column's number), or 0. */
  readonly sub: number;
  /** The parent's catalogue and number; null for top-level objects. */
  readonly within: string;
  readonly parent: string | null;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly attributes: Record<string, Value>;
}

/** The columns of a row that are no attributes, by name; absent where the server has none. */
export type Fields = Readonly<Record<string, Value>>;

/** A JSON object; null for anything else. */
export const recordOf = (value: Value | undefined): Fields | null =>
  // The type guard of arrays does not know read-only ones.
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

/** A row of a catalogue without what tells nothing: empty columns, and those with the value that versions which lack them mean. */
export const onCommonGround = (row: Fields, usual: Fields = {}): Fields =>
  Object.fromEntries(
    Object.entries(row).filter(
      ([name, value]) => value !== null && value !== undefined && value !== usual[name],
    ),
  );

/** A name or number; the empty text where the server has none. */
export const textOf = (value: Value | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

type Reader = (text: string) => Value;

const asText: Reader = (text) => text;
const asNumber: Reader = (text) => Number(text);
const asList: Reader = (text) => (text === '{}' ? [] : text.slice(1, -1).split(','));
const asVector: Reader = (text) => (text === '' ? [] : text.split(' '));
// The server's own JSON.
const asJson: Reader = (text) => JSON.parse(text) as Value;

/** By the number of a column's type (pg_type.dat). Lists are of numbers and booleans only, so nothing in them is quoted. */
const READERS: ReadonlyMap<unknown, Reader> = new Map<unknown, Reader>([
  [16, (text) => text === 't'], // bool
  [18, asText], // "char"
  [19, asText], // name
  [20, asNumber], // int8
  [21, asNumber], // int2
  [22, asVector], // int2vector
  [23, asNumber], // int4
  [25, asText], // text
  [26, asText], // oid
  [30, asVector], // oidvector
  [114, asJson], // json
  [1000, asList], // bool[]
  [1005, asList], // int2[]
  [1028, asList], // oid[]
  [1043, asText], // varchar
  [3802, asJson], // jsonb
]);

interface Cell {
  readonly at: number;
  readonly name: string;
  readonly read: Reader;
}

const cellsOf = (result: RawResult, query: CatalogueQuery): readonly Cell[] =>
  result.columns.map(({ name, type }, at) => {
    const read = READERS.get(type);
    if (!read)
      throw new Error(`The column "${name}" of the ${query.title} has a type that is not read: ${type}.`);
    return { at, name, read };
  });

const take = (row: readonly unknown[], cells: readonly Cell[]): Record<string, Value> => {
  const taken: Record<string, Value> = {};
  for (const { at, name, read } of cells) {
    const text = row[at];
    if (typeof text === 'string') taken[name] = read(text);
  }
  return taken;
};

const byName = (a: Cell, b: Cell): number => (a.name < b.name ? -1 : 1);

const rowOf = (
  { _class, _in, _kind }: NonNullable<CatalogueQuery['place']>,
  fields: Fields,
  attributes: Record<string, Value>,
): CatalogueRow => {
  const more = recordOf(fields._more);
  // JSON says null where a column of the answer is just not there, and what refines a row asks what is there.
  for (const [name, value] of Object.entries(more ?? {})) if (value !== null) attributes[name] = value;
  const parent = textOf(fields._parent);
  return {
    catalogue: _class ?? textOf(fields._class),
    oid: textOf(fields._oid),
    sub: typeof fields._sub === 'number' ? fields._sub : 0,
    within: _in ?? textOf(fields._in),
    parent: parent === '' ? null : parent,
    kind: _kind ?? textOf(fields._kind),
    namespace: typeof fields._ns === 'string' ? fields._ns : null,
    name: textOf(fields._name),
    attributes,
  };
};

/** Gives the rows of one query's answer to `add`, finished. */
export const readCatalogueRows = (
  result: RawResult,
  query: CatalogueQuery,
  into: { readonly add: (row: CatalogueRow) => void; readonly lookup: Lookup },
): void => {
  const cells = cellsOf(result, query);
  const given = cells.filter(({ name }) => name.startsWith('_'));
  const attributes = cells.filter(({ name }) => !name.startsWith('_')).sort(byName);
  const place = query.place ?? {};
  for (const row of result.rows) {
    const fields = take(row, given);
    if (query.unfold) {
      query.unfold(fields, into);
      continue;
    }
    const made = rowOf(place, fields, take(row, attributes));
    query.refine?.(made, fields, into.lookup);
    into.add(made);
  }
};
