// What the catalogue calls by number, by name: columns, operator classes, collations. Filled while rows are read; asks nothing.
import type { Value } from '../../../schema/index.ts';

/** One column of a relation. */
export interface ColumnFacts {
  readonly name: string;
  /** Numbers of its type and collation. */
  readonly type: string;
  readonly collation: string;
}

/** One operator class. */
export interface OperatorClass {
  readonly name: string;
  /** Number of the type that it is made for. */
  readonly input: string;
  readonly isDefault: boolean;
}

export interface Lookup {
  /** By relation, then by the column's number, which begins with 1. */
  readonly columns: Map<string, (ColumnFacts | undefined)[]>;
  readonly operatorClasses: Map<string, OperatorClass>;
  readonly collations: Map<string, string>;
}

export const emptyLookup = (): Lookup => ({
  columns: new Map(),
  operatorClasses: new Map(),
  collations: new Map(),
});

/** Remembers a column under its number. */
export const learnColumn = (lookup: Lookup, relation: string, number: number, facts: ColumnFacts): void => {
  const known = lookup.columns.get(relation);
  if (known) known[number] = facts;
  else {
    const columns: ColumnFacts[] = [];
    columns[number] = facts;
    lookup.columns.set(relation, columns);
  }
};

/** The numbers of an `int2[]`, an `int2vector` or an `oidvector`, as text. */
export const numbersOf = (value: Value | undefined): readonly string[] =>
  // What reads lists makes texts of them (rows.ts).
  Array.isArray(value) ? (value as readonly string[]) : [];

/** Names of the columns with these numbers, in order; null where there are none. */
export const columnNames = (
  lookup: Lookup,
  relation: string,
  numbers: readonly string[],
): readonly string[] | null => {
  if (numbers.length === 0) return null;
  const columns = lookup.columns.get(relation);
  return numbers.map((number) => columns?.[Number(number)]?.name ?? `column ${number}`);
};

/** Types that stand for many (pg_type.dat): record, anyarray, anyenum, anyrange, anymultirange. */
const POLYMORPHIC: ReadonlySet<string> = new Set(['2249', '2277', '3500', '3831', '4537']);

const TEXT = '25';
const VARCHAR = '1043';

/** Whether the class is the one that a column of this type gets when none is named. */
const isUsual = (found: OperatorClass, type: string): boolean =>
  found.isDefault &&
  (found.input === type || POLYMORPHIC.has(found.input) || (found.input === TEXT && type === VARCHAR));

/** What the keys of an index are: numbers as in pg_index, one for each key column. */
export interface IndexKeys {
  readonly relation: string;
  readonly columns: readonly string[];
  readonly classes: readonly string[];
  readonly collations: readonly string[];
}

const anyOf = (list: readonly (string | null)[]): readonly (string | null)[] | null =>
  list.some((item) => item !== null) ? list : null;

/** The operator class of each key column that has another than the usual one of its type; null where none has. */
export const unusualClasses = (lookup: Lookup, keys: IndexKeys): readonly (string | null)[] | null => {
  const columns = lookup.columns.get(keys.relation);
  return anyOf(
    keys.columns.map((number, place) => {
      const oid = keys.classes[place] ?? '0';
      const found = lookup.operatorClasses.get(oid);
      if (found && isUsual(found, columns?.[Number(number)]?.type ?? '')) return null;
      return found?.name ?? oid;
    }),
  );
};

/** The collation of each key column that sorts by another than its own; null where none does. */
export const unusualCollations = (lookup: Lookup, keys: IndexKeys): readonly (string | null)[] | null => {
  const columns = lookup.columns.get(keys.relation);
  return anyOf(
    keys.columns.map((number, place) => {
      const oid = keys.collations[place] ?? '0';
      return oid === '0' || oid === columns?.[Number(number)]?.collation
        ? null
        : (lookup.collations.get(oid) ?? oid);
    }),
  );
};
