// Scheduled events. Knows no other kind.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { bodyOf, definerOf, filled, must, type Scope, text } from './canonical.ts';

const scheduleOf = (row: Row): string =>
  text(row, 'type') === 'ONE TIME'
    ? `AT ${must(row, 'at')}`
    : `EVERY ${must(row, 'every')} ${must(row, 'unit')}`;

/** The events of the schema. A start at or before the creation means "at once" and is not schema; a later one is. */
export const eventObjects = (rows: readonly Row[], scope: Scope): readonly SchemaObject[] =>
  rows.map((row) =>
    schemaObject({
      kind: 'event',
      name: must(row, 'name'),
      attributes: {
        definition: bodyOf(row),
        schedule: scheduleOf(row),
        starts: text(row, 'starts'),
        ends: text(row, 'ends'),
        status: must(row, 'status'),
        completion: must(row, 'completion'),
        timeZone: must(row, 'time_zone'),
        sqlMode: must(row, 'mode'),
        comment: filled(row, 'comment'),
        definer: definerOf(row, scope),
      },
    }),
  );
