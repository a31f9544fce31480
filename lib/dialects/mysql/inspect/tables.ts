// Tables with their children: puts together what the other groups read. Asks nothing itself.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { byTable, filled, inOrder, must, type Scope, text } from './canonical.ts';
import { columnObject } from './columns.ts';
import { checkObjects, columnChecks, foreignKeyObjects, rulesByKey } from './constraints.ts';
import type { TableDetails } from './details.ts';
import { indexObjects } from './indexes.ts';
import { partitioningOf } from './partitions.ts';
import { triggerObjects } from './triggers.ts';

/** Rows of one kind, by the table that they belong to. */
export type RowsByTable = ReadonlyMap<string, readonly Row[]>;

/** Objects of one kind, by the table that they belong to. */
export type Children = ReadonlyMap<string, readonly SchemaObject[]>;

/** What was read of everything that belongs to tables. */
export interface TableParts {
  readonly tables: readonly Row[];
  readonly columns: Children;
  readonly indexes: Children;
  readonly foreignKeys: Children;
  readonly triggers: Children;
  readonly checks: RowsByTable;
  readonly partitions: RowsByTable;
  readonly details: ReadonlyMap<string, TableDetails>;
}

/** `SYSTEM VERSIONED` is a table of MariaDB that keeps its history. */
const TABLE_TYPES: ReadonlySet<string> = new Set(['BASE TABLE', 'SYSTEM VERSIONED']);

export const isTable = (row: Row): boolean => TABLE_TYPES.has(must(row, 'type'));
export const isSequence = (row: Row): boolean => text(row, 'type') === 'SEQUENCE';

/** Options in a stable order; `partitioned` is said by the partitions themselves. */
const optionsOf = (row: Row): string | null =>
  must(row, 'options')
    .split(/\s+(?=[\w`]+=|partitioned)/)
    .map((option) => option.trim())
    .filter((option) => option !== '' && option !== 'partitioned')
    .sort()
    .join(' ') || null;

const periodObjects = (details: TableDetails | undefined): readonly SchemaObject[] =>
  [...(details?.periods ?? [])].map(([name, [from, to]]) =>
    schemaObject({ kind: 'period', name, attributes: { columns: [from, to] } }),
  );

const children = (
  rows: readonly Row[],
  make: (own: readonly Row[], table: string) => readonly SchemaObject[],
): Children => new Map([...byTable(rows)].map(([table, own]) => [table, make(own, table)]));

/** The columns of tables; those of views follow from their definition. */
export const columnChildren = (
  rows: readonly Row[],
  { tables, checks }: Pick<TableParts, 'tables' | 'checks'>,
  scope: Scope,
): Children => {
  const names = new Set(tables.filter(isTable).map((row) => must(row, 'name')));
  return children(rows, (own, table) => {
    if (!names.has(table)) return [];
    const checked = columnChecks(checks.get(table) ?? [], scope);
    return inOrder(own).map((row) => columnObject(row, scope, checked.get(must(row, 'name')) ?? null));
  });
};

export const indexChildren = (rows: readonly Row[], details: TableParts['details'], scope: Scope): Children =>
  children(rows, (own, table) => indexObjects(own, { scope, details: details.get(table) }));

export const foreignKeyChildren = (
  columns: readonly Row[],
  rules: readonly Row[],
  scope: Scope,
): Children => {
  const byKey = rulesByKey(rules);
  return children(columns, (own) => foreignKeyObjects(own, byKey, scope));
};

export const triggerChildren = (rows: readonly Row[], scope: Scope): Children =>
  children(rows, (own) => triggerObjects(own, scope));

/** The tables of the schema, each with columns, indexes, constraints, partitions and triggers. */
export const tableObjects = (parts: TableParts, scope: Scope): readonly SchemaObject[] => {
  const table = (row: Row): SchemaObject => {
    const name = must(row, 'name');
    const details = parts.details.get(name);
    const cut = partitioningOf(parts.partitions.get(name) ?? [], details);
    return schemaObject({
      kind: 'table',
      name,
      attributes: {
        engine: text(row, 'engine'),
        collation: text(row, 'collation'),
        rowFormat: text(row, 'row_format')?.toLowerCase(),
        options: optionsOf(row),
        comment: filled(row, 'comment'),
        versioned: text(row, 'type') === 'SYSTEM VERSIONED' ? true : undefined,
        ...cut.attributes,
      },
      children: [
        ...(parts.columns.get(name) ?? []),
        ...(parts.indexes.get(name) ?? []),
        ...(parts.foreignKeys.get(name) ?? []),
        ...checkObjects(parts.checks.get(name) ?? [], new Set(details?.periods.keys()), scope),
        ...periodObjects(details),
        ...cut.children,
        ...(parts.triggers.get(name) ?? []),
      ],
    });
  };
  return parts.tables.filter(isTable).map(table);
};
