// Triggers, as children of their tables. Knows no other kind.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { bodyOf, definerOf, must, type Scope } from './canonical.ts';

/** The triggers of one table; `position` is the order among those of the same time and event. */
export const triggerObjects = (rows: readonly Row[], scope: Scope): readonly SchemaObject[] =>
  rows.map((row) =>
    schemaObject({
      kind: 'trigger',
      name: must(row, 'name'),
      attributes: {
        timing: must(row, 'timing'),
        event: must(row, 'event'),
        position: Number(row.position ?? 0),
        definition: bodyOf(row),
        definer: definerOf(row, scope),
        sqlMode: must(row, 'mode'),
      },
    }),
  );
