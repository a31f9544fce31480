// Procedures, functions and packages, with their parameters. Knows no other kind.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { bodyOf, definerOf, filled, must, type Scope, text } from './canonical.ts';

const routineKey = (type: string | null, name: string): string => `${type ?? ''}\u0000${name}`;

/** `IN a int(11)`, with the collation of text. */
const parameterOf = (row: Row): string =>
  [text(row, 'mode'), text(row, 'name'), text(row, 'data_type'), collate(text(row, 'collation'))]
    .filter(Boolean)
    .join(' ');

const collate = (collation: string | null): string => (collation === null ? '' : `collate ${collation}`);

const parametersByRoutine = (rows: readonly Row[]): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const key = routineKey(text(row, 'type'), must(row, 'routine'));
    groups.set(key, [...(groups.get(key) ?? []), parameterOf(row)]);
  }
  return groups;
};

/** `function`, `procedure`, `package`, `package-body`. */
const kindOf = (row: Row): string => must(row, 'type').toLowerCase().replaceAll(' ', '-');

/** The routines of the schema. An aggregate function is told apart by its body, which alone may FETCH GROUP NEXT ROW. */
export const routineObjects = (
  routines: readonly Row[],
  parameters: readonly Row[],
  scope: Scope,
): readonly SchemaObject[] => {
  const byRoutine = parametersByRoutine(parameters);
  return routines.map((row) => {
    const returns = [text(row, 'returns_type'), collate(text(row, 'returns_collation'))]
      .filter(Boolean)
      .join(' ');
    return schemaObject({
      kind: kindOf(row),
      name: must(row, 'name'),
      attributes: {
        definition: bodyOf(row),
        // MySQL 9 has JavaScript beside SQL.
        language: [null, 'SQL'].includes(text(row, 'language')) ? undefined : text(row, 'language'),
        parameters: byRoutine.get(routineKey(text(row, 'type'), must(row, 'name'))) ?? [],
        returns: returns || undefined,
        deterministic: text(row, 'pure') === 'YES',
        dataAccess: must(row, 'access'),
        security: must(row, 'security'),
        sqlMode: must(row, 'mode'),
        comment: filled(row, 'comment'),
        definer: definerOf(row, scope),
      },
    });
  });
};
