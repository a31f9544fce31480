// Foreign keys and check constraints of tables. Knows no other kind.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { must, type Scope, text, withoutSchema } from './canonical.ts';

const ruleKey = (row: Row): string => `${must(row, 'tbl')}\u0000${must(row, 'name')}`;

/** Update and delete rules, by table and name. */
export type Rules = ReadonlyMap<string, Row>;

export const rulesByKey = (rows: readonly Row[]): Rules => new Map(rows.map((row) => [ruleKey(row), row]));

const foreignKey = (parts: readonly Row[], rules: Rules, scope: Scope): SchemaObject[] => {
  const [first] = parts;
  if (!first) return [];
  const rule = rules.get(ruleKey(first));
  const schema = text(first, 'ref_schema');
  return [
    schemaObject({
      kind: 'foreign-key',
      name: must(first, 'name'),
      attributes: {
        columns: parts.map((row) => must(row, 'col')),
        references: must(first, 'ref_table'),
        referencesSchema: schema === scope.schema ? undefined : schema,
        referencedColumns: parts.map((row) => must(row, 'ref_col')),
        onDelete: rule ? must(rule, 'on_delete') : undefined,
        onUpdate: rule ? must(rule, 'on_update') : undefined,
      },
    }),
  ];
};

/** The foreign keys of one table, from its rows of KEY_COLUMN_USAGE. */
export const foreignKeyObjects = (
  rows: readonly Row[],
  rules: Rules,
  scope: Scope,
): readonly SchemaObject[] => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = must(row, 'name');
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()].flatMap((parts) => foreignKey(parts, rules, scope));
};

/** MariaDB's column-level checks of one table, by column. */
export const columnChecks = (rows: readonly Row[], scope: Scope): ReadonlyMap<string, string> =>
  new Map(
    rows
      .filter((row) => text(row, 'level') === 'Column')
      .map((row) => [must(row, 'name'), withoutSchema(must(row, 'expression'), scope.schema)]),
  );

/** The other checks of one table; those that a period makes by itself are the period's. */
export const checkObjects = (
  rows: readonly Row[],
  periods: ReadonlySet<string>,
  scope: Scope,
): readonly SchemaObject[] =>
  rows
    .filter((row) => text(row, 'level') !== 'Column' && !periods.has(must(row, 'name')))
    .map((row) =>
      schemaObject({
        kind: 'check',
        name: must(row, 'name'),
        attributes: {
          expression: withoutSchema(must(row, 'expression'), scope.schema),
          enforced: text(row, 'enforced') === 'NO' ? false : undefined,
        },
      }),
    );
