// Indexes and primary keys: rows of information_schema.STATISTICS, one per column of an index. Knows no other kind.
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { filled, inOrder, must, type Scope, text, withoutSchema } from './canonical.ts';
import type { TableDetails } from './details.ts';

const groupByName = (rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = must(row, 'name');
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return groups;
};

/** MySQL's functional key parts have an expression in the column's place. */
const partOf = (row: Row, scope: Scope): string => {
  const expression = text(row, 'expression');
  return expression === null ? must(row, 'col') : `(${withoutSchema(expression, scope.schema)})`;
};

const PREFIX_FREE = new Set(['FULLTEXT', 'SPATIAL']);

const indexObject = (name: string, parts: readonly Row[], context: IndexContext): SchemaObject => {
  const [first] = parts;
  const method = first ? must(first, 'method') : '';
  const lengths = parts.map((row) => (row.len === null || PREFIX_FREE.has(method) ? null : Number(row.len)));
  const descending = parts.map((row) => text(row, 'direction') === 'D');
  const attributes: Record<string, Value | undefined> = {
    columns: parts.map((row) => partOf(row, context.scope)),
    unique: Number(first?.non_unique ?? 1) === 0,
    using: method.toLowerCase(),
    // Only where they say something: a prefix length, a descending part.
    lengths: lengths.some((length) => length !== null) ? lengths : undefined,
    descending: descending.some(Boolean) ? descending : undefined,
    hidden: first && text(first, 'hidden') === 'YES' ? true : undefined,
    comment: first ? filled(first, 'comment') : undefined,
    parser: context.details?.parsers.get(name),
    withoutOverlaps: context.details?.overlaps.get(name),
  };
  return schemaObject({ kind: name === 'PRIMARY' ? 'primary-key' : 'index', name, attributes });
};

export interface IndexContext {
  readonly scope: Scope;
  readonly details: TableDetails | undefined;
}

/** The indexes of one table. */
export const indexObjects = (rows: readonly Row[], context: IndexContext): readonly SchemaObject[] =>
  [...groupByName(rows)].map(([name, parts]) => indexObject(name, inOrder(parts), context));
