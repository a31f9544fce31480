// Sequences (MariaDB): what they were declared with, never where they stand. Knows no other kind.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row, Session } from '../../contract.ts';
import { sequencesQuery } from '../queries.ts';
import { must, text } from './canonical.ts';

/** How many sequences one statement asks. */
const CHUNK = 100;

const sequenceObject = (row: Row, type: string | undefined): SchemaObject =>
  schemaObject({
    kind: 'sequence',
    name: must(row, 'name'),
    attributes: {
      type,
      start: must(row, 'start'),
      min: must(row, 'min'),
      max: must(row, 'max'),
      increment: must(row, 'step'),
      cache: must(row, 'cache'),
      cycle: Number(row.cycle ?? 0) === 1,
    },
  });

/** Asks the named sequences; `types` are the column types of their values, by sequence. */
export const sequenceObjects = async (
  session: Session,
  names: readonly string[],
  types: ReadonlyMap<string, string>,
): Promise<readonly SchemaObject[]> => {
  const found: SchemaObject[] = [];
  for (let start = 0; start < names.length; start += CHUNK) {
    const rows = await session.query(sequencesQuery(names.slice(start, start + CHUNK)));
    found.push(...rows.map((row) => sequenceObject(row, types.get(must(row, 'name')))));
  }
  return found;
};

/** The type of each sequence's values, from the columns of the sequences. */
export const sequenceTypes = (columns: readonly Row[]): ReadonlyMap<string, string> =>
  new Map(
    columns
      .filter((row) => text(row, 'name') === 'next_not_cached_value')
      .map((row) => [must(row, 'tbl'), must(row, 'type')]),
  );
