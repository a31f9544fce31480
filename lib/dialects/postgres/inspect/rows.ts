// Answers of the catalogue queries as rows. The server sends many rows as one JSON text; knows no kind of object.
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

/** A row as the server wrote it. */
export type Fields = Readonly<Record<string, Value>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name or number; the empty text where the server has none. */
export const textOf = (value: Value | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/**
 * Wraps a query: one JSON text for many rows, which both sides write and read faster than rows of cells. Grouped by number,
 * so that no text grows with the size of the schema.
 */
export const asJson = (sql: string): string =>
  `SELECT json_agg(r) FROM (${sql}) r GROUP BY r."_oid"::bigint / 4096`;

const rowReader = (query: CatalogueQuery, sample: Fields): ((fields: Fields) => CatalogueRow) => {
  const names = Object.keys(sample)
    .filter((name) => !name.startsWith('_'))
    .sort();
  const { _class, _in, _kind } = query.place ?? {};
  return (fields) => {
    const attributes: Record<string, Value> = {};
    for (const name of names) {
      const value = fields[name];
      if (value !== null && value !== undefined) attributes[name] = value;
    }
    const more = fields._more;
    if (isFields(more)) Object.assign(attributes, more);
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
};

/** Gives the rows of one query's answer (see `asJson`) to `add`, finished. */
export const readCatalogueRows = (
  result: RawResult,
  query: CatalogueQuery,
  into: { readonly add: (row: CatalogueRow) => void; readonly lookup: Lookup },
): void => {
  let read: ReturnType<typeof rowReader> | null = null;
  for (const [text] of result.rows) {
    const list: unknown = JSON.parse(String(text));
    if (!Array.isArray(list)) continue;
    for (const fields of list) {
      if (!isFields(fields)) continue;
      read ??= rowReader(query, fields);
      const row = read(fields);
      query.refine?.(row, fields, into.lookup);
      into.add(row);
    }
  }
};
