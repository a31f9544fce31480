// Rows of the catalogue queries as data. Converts by the type that the server names; knows no kind of object.
import type { Value } from '../../../schema/index.ts';
import type { RawResult } from '../../contract.ts';

/** One catalogue row: what and where it is, and its attributes. */
export interface CatalogueRow {
  /** `catalogue/number/column`: what comments and children refer to. */
  readonly key: string;
  readonly parent: string | null;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly attributes: Record<string, Value>;
}

type Convert = (text: string) => Value;

const asText: Convert = (text) => text;

const isValue = (value: unknown): value is Value => value !== undefined;

const asJson: Convert = (text) => {
  const value: unknown = JSON.parse(text);
  return isValue(value) ? value : null;
};

/** By type number (pg_type.dat): bool, int2, int4, json, jsonb; everything else is the server's text. */
const CONVERTERS: ReadonlyMap<number, Convert> = new Map([
  [16, (text) => text === 't'],
  [21, Number],
  [23, Number],
  [114, asJson],
  [3802, asJson],
]);

interface Column {
  readonly name: string;
  readonly place: number;
  readonly convert: Convert;
}

const cell = (row: readonly unknown[], place: number | undefined): string | null => {
  const value = place === undefined ? null : row[place];
  return typeof value === 'string' ? value : null;
};

/** Turns one query's answer into rows. */
export const catalogueRows = (result: RawResult): readonly CatalogueRow[] => {
  const places = new Map(result.columns.map(({ name }, place) => [name, place]));
  const columns: readonly Column[] = result.columns
    .map(({ name, type }, place) => ({ name, place, convert: CONVERTERS.get(Number(type)) ?? asText }))
    .filter(({ name }) => !name.startsWith('_'));
  const at = (name: string): number | undefined => places.get(name);
  const [cls, oid, sub, within, parent] = [at('_class'), at('_oid'), at('_sub'), at('_in'), at('_parent')];
  const [kind, namespace, name] = [at('_kind'), at('_ns'), at('_name')];
  return result.rows.map((row) => {
    const attributes: Record<string, Value> = {};
    for (const column of columns) {
      const text = cell(row, column.place);
      if (text !== null) attributes[column.name] = column.convert(text);
    }
    return {
      key: `${cell(row, cls)}/${cell(row, oid)}/${cell(row, sub) ?? '0'}`,
      parent: parent === undefined ? null : `${cell(row, within)}/${cell(row, parent)}/0`,
      kind: cell(row, kind) ?? '',
      namespace: cell(row, namespace),
      name: cell(row, name) ?? '',
      attributes,
    };
  });
};
