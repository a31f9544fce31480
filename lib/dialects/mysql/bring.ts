// SQL that brings one schema to another: foreign keys that are in the way go first, then one ALTER TABLE for each table, then new
// tables, and the foreign keys last. Pure; what it has no words for it refuses by name.
import { DbsyncError } from '../../errors/index.ts';
import {
  type Change,
  childOf,
  describeChange,
  diffSnapshots,
  findObject,
  type SchemaObject,
  type Snapshot,
  sameValue,
} from '../../schema/index.ts';
import type { BringingStatement } from '../contract.ts';
import { quote } from './quote.ts';
import { columnSql, foreignKeySql, indexSql, primaryKeySql, tableSql } from './render.ts';

const KINDS: ReadonlySet<string> = new Set(['column', 'index', 'primary-key', 'foreign-key']);

const isKnown = ({ action, subject }: Change): boolean => {
  if (action === 'reorder') return false;
  return subject.parent ? KINDS.has(subject.kind) : subject.kind === 'table' && action !== 'alter';
};

/** Throws SCHEMA_UNRENDERABLE. */
const refuseUnknown = (changes: readonly Change[]): void => {
  const unknown = changes.filter((change) => !isKnown(change));
  if (unknown.length === 0) return;
  throw new DbsyncError('SCHEMA_UNRENDERABLE', {
    summary: `There is no SQL here for:\n${unknown.map((change) => `  ${describeChange(change)}`).join('\n')}`,
    why: 'What cannot be written in full is not written at all.',
    next: ['Write the migration by hand.'],
  });
};

/** One table on both sides; null on the side where it is not. */
interface Pair {
  readonly name: string;
  readonly before: SchemaObject | null;
  readonly after: SchemaObject | null;
}

const tablesOf = (snapshot: Snapshot): readonly SchemaObject[] =>
  snapshot.objects.filter((object) => object.kind === 'table');

const pairsOf = (from: Snapshot, to: Snapshot): readonly Pair[] => {
  const all = [...tablesOf(from), ...tablesOf(to)].map((table) => table.name);
  return [...new Set(all)].map((name) => ({
    name,
    before: findObject(from, { kind: 'table', name }) ?? null,
    after: findObject(to, { kind: 'table', name }) ?? null,
  }));
};

const children = (table: SchemaObject | null, kind: string): readonly SchemaObject[] =>
  table?.children.filter((child) => child.kind === kind) ?? [];

const same = (a: SchemaObject, b: SchemaObject): boolean =>
  sameValue({ ...a.attributes }, { ...b.attributes });

/** Columns that both sides have, in other words. */
const alteredColumns = ({ before, after }: Pair): readonly SchemaObject[] =>
  children(after, 'column').filter((column) => {
    const old = before && childOf(before, 'column', column.name);
    return old && !same(old, column);
  });

/** What a column cannot change while a foreign key uses it, on either side (manual, error 1832 and 1833). */
const BOUND: readonly string[] = ['type', 'collation', 'nullable', 'autoIncrement'];

const boundColumns = (pairs: readonly Pair[]): ReadonlySet<string> =>
  new Set(
    pairs.flatMap((pair) =>
      alteredColumns(pair)
        .filter((column) => {
          const old = pair.before && childOf(pair.before, 'column', column.name);
          return BOUND.some((name) => !sameValue(old?.attributes[name], column.attributes[name]));
        })
        .map((column) => `${pair.name}\u0000${column.name}`),
    ),
  );

const listOf = (object: SchemaObject, name: string): readonly string[] => {
  const value = object.attributes[name];
  return Array.isArray(value) ? value.map(String) : [];
};

/** A foreign key that stays, on a column that it would not let change. */
const inTheWay = (key: SchemaObject, table: string, bound: ReadonlySet<string>): boolean =>
  listOf(key, 'columns').some((column) => bound.has(`${table}\u0000${column}`)) ||
  listOf(key, 'referencedColumns').some((column) =>
    bound.has(`${String(key.attributes.references)}\u0000${column}`),
  );

interface Keys {
  readonly dropped: readonly SchemaObject[];
  readonly added: readonly SchemaObject[];
}

const keysOf = (pair: Pair, bound: ReadonlySet<string>): Keys => {
  const stays = (key: SchemaObject): boolean => {
    const other = pair.after && childOf(pair.after, 'foreign-key', key.name);
    return other !== null && other !== undefined && same(key, other) && !inTheWay(key, pair.name, bound);
  };
  const kept = new Set(
    children(pair.before, 'foreign-key')
      .filter(stays)
      .map((key) => key.name),
  );
  return {
    dropped: children(pair.before, 'foreign-key').filter((key) => !kept.has(key.name)),
    added: children(pair.after, 'foreign-key').filter((key) => !kept.has(key.name)),
  };
};

/** Indexes that a foreign key makes by itself when it is added: of its name, on its columns. */
const broughtBy = (pair: Pair, added: readonly SchemaObject[]): ReadonlySet<string> =>
  new Set(
    added
      .filter((key) => {
        const index = pair.after && childOf(pair.after, 'index', key.name);
        return (
          index &&
          index.attributes.unique === false &&
          sameValue(index.attributes.columns, key.attributes.columns)
        );
      })
      .map((key) => key.name),
  );

interface Split {
  readonly gone: readonly SchemaObject[];
  readonly made: readonly SchemaObject[];
}

/** What of a kind goes and what is made; what differs does both. */
const split = ({ before, after }: Pair, kind: string): Split => {
  const equal = (child: SchemaObject, other: SchemaObject | null): boolean => {
    const twin = other && childOf(other, kind, child.name);
    return twin !== null && twin !== undefined && same(child, twin);
  };
  return {
    gone: children(before, kind).filter((child) => !equal(child, after)),
    made: children(after, kind).filter((child) => !equal(child, before)),
  };
};

/**
 * The clauses of one ALTER TABLE. Indexes go and come in the same statement: an index that a foreign key made would vanish by itself
 * as soon as another could serve it, and a DROP INDEX behind that would fail.
 */
const clausesOf = (pair: Pair, brought: ReadonlySet<string>): readonly string[] => {
  const { before, after } = pair;
  if (!before || !after) return [];
  const index = split(pair, 'index');
  const key = split(pair, 'primary-key');
  const gone = children(before, 'column').filter((column) => !childOf(after, 'column', column.name));
  const made = children(after, 'column').filter((column) => !childOf(before, 'column', column.name));
  return [
    ...index.gone.map(({ name }) => `DROP INDEX ${quote(name)}`),
    ...key.gone.map(() => 'DROP PRIMARY KEY'),
    ...gone.map(({ name }) => `DROP COLUMN ${quote(name)}`),
    ...made.map((column) => `ADD COLUMN ${columnSql(column, after)}`),
    ...alteredColumns(pair).map((column) => `MODIFY ${columnSql(column, after)}`),
    ...key.made.map((item) => `ADD ${primaryKeySql(item)}`),
    ...index.made.filter(({ name }) => !brought.has(name)).map((item) => `ADD ${indexSql(item, after)}`),
  ];
};

const alter = (table: string, clauses: readonly string[]): string =>
  `ALTER TABLE ${quote(table)} ${clauses.join(',\n    ')}`;

/** See `Dialect.bring`. Each statement commits by itself; the order lets each of them succeed. */
export const bring = (from: Snapshot, to: Snapshot): readonly BringingStatement[] => {
  refuseUnknown(diffSnapshots(from, to).changes);
  const pairs = pairsOf(from, to);
  const bound = boundColumns(pairs);
  const keys = new Map(pairs.map((pair) => [pair.name, keysOf(pair, bound)]));
  const of = (pair: Pair): Keys => keys.get(pair.name) ?? { dropped: [], added: [] };
  const some = (
    what: BringingStatement['what'],
    table: string,
    clauses: readonly string[],
  ): BringingStatement[] => (clauses.length === 0 ? [] : [{ what, sql: alter(table, clauses) }]);
  return [
    ...pairs.flatMap((pair) =>
      some(
        'drop-foreign-key',
        pair.name,
        of(pair).dropped.map(({ name }) => `DROP FOREIGN KEY ${quote(name)}`),
      ),
    ),
    ...pairs.flatMap((pair) =>
      some('alter-table', pair.name, clausesOf(pair, broughtBy(pair, of(pair).added))),
    ),
    ...pairs
      .filter(({ after }) => after === null)
      .map(({ name }): BringingStatement => ({ what: 'drop-table', sql: `DROP TABLE ${quote(name)}` })),
    ...pairs.flatMap((pair): BringingStatement[] =>
      pair.before || !pair.after
        ? []
        : [{ what: 'create-table', sql: tableSql(pair.after, broughtBy(pair, of(pair).added)) }],
    ),
    ...pairs.flatMap((pair) =>
      some(
        'add-foreign-key',
        pair.name,
        of(pair).added.map((key) => `ADD ${foreignKeySql(key, pair.after ?? key)}`),
      ),
    ),
  ];
};
