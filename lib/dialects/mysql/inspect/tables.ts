// Tables with their children: puts together what the other groups read. Asks nothing itself.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { byTable, filled, must, type Scope, text } from './canonical.ts';
import { columnObject } from './columns.ts';
import { checkObjects, foreignKeyObjects, rulesByKey } from './constraints.ts';
import type { TableDetails } from './details.ts';
import { indexObjects } from './indexes.ts';
import { partitioningOf } from './partitions.ts';
import { triggerObjects } from './triggers.ts';

/** Rows of every kind that belongs to tables. */
export interface TableRows {
  readonly tables: readonly Row[];
  readonly columns: readonly Row[];
  readonly indexes: readonly Row[];
  readonly foreignKeyColumns: readonly Row[];
  readonly foreignKeyRules: readonly Row[];
  readonly checks: readonly Row[];
  readonly partitions: readonly Row[];
  readonly triggers: readonly Row[];
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

const NOTHING: readonly Row[] = [];

/** The tables of the schema, each with columns, indexes, constraints, partitions and triggers. */
export const tableObjects = (rows: TableRows, scope: Scope): readonly SchemaObject[] => {
  const columns = byTable(rows.columns);
  const indexes = byTable(rows.indexes);
  const keys = byTable(rows.foreignKeyColumns);
  const rules = rulesByKey(rows.foreignKeyRules);
  const checks = byTable(rows.checks);
  const partitions = byTable(rows.partitions);
  const triggers = byTable(rows.triggers);

  const table = (row: Row): SchemaObject => {
    const name = must(row, 'name');
    const details = rows.details.get(name);
    const own = checkObjects(checks.get(name) ?? NOTHING, new Set(details?.periods.keys()), scope);
    const cut = partitioningOf(partitions.get(name) ?? NOTHING, details?.systemTime ?? null);
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
        ...(columns.get(name) ?? NOTHING).map((column) =>
          columnObject(column, scope, own.column.get(must(column, 'name')) ?? null),
        ),
        ...indexObjects(indexes.get(name) ?? NOTHING, { scope, details }),
        ...foreignKeyObjects(keys.get(name) ?? NOTHING, rules, scope),
        ...own.table,
        ...periodObjects(details),
        ...cut.children,
        ...triggerObjects(triggers.get(name) ?? NOTHING, scope),
      ],
    });
  };
  return rows.tables.filter(isTable).map(table);
};
