// Partitions of tables: how a table is cut, and the pieces. Knows no other kind.
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { filled, must, text } from './canonical.ts';
import type { TableDetails } from './details.ts';

export interface Partitioning {
  readonly attributes: Readonly<Record<string, Value | undefined>>;
  readonly children: readonly SchemaObject[];
}

const NOT_PARTITIONED: Partitioning = { attributes: {}, children: [] };

/** `RANGE (to_days(d))`; for system time the interval, which is known from elsewhere. */
const methodOf = (first: Row, details: TableDetails | undefined): string => {
  const method = must(first, 'method');
  if (method === 'SYSTEM_TIME') return `SYSTEM_TIME ${details?.systemTime ?? ''}`.trim();
  return `${[method, details?.keyHash].filter(Boolean).join(' ')} (${text(first, 'expression') ?? ''})`;
};

const subMethodOf = (first: Row): string | undefined => {
  const method = text(first, 'sub_method');
  return method === null ? undefined : `${method} (${text(first, 'sub_expression') ?? ''})`;
};

const partitionObject = (rows: readonly Row[], name: string): SchemaObject => {
  const [first = {}] = rows;
  const subs = rows.map((row) => text(row, 'sub')).filter((sub) => sub !== null);
  // The bounds of history partitions follow from when the table was made: not schema.
  const description = text(first, 'method') === 'SYSTEM_TIME' ? null : text(first, 'description');
  return schemaObject({
    kind: 'partition',
    name,
    attributes: {
      values: description,
      comment: filled(first, 'comment'),
      subpartitions: subs.length > 0 ? subs : null,
    },
  });
};

/** The partitioning of one table from its rows; rows of one partition stand together. */
export const partitioningOf = (rows: readonly Row[], details: TableDetails | undefined): Partitioning => {
  const [first] = rows;
  if (!first) return NOT_PARTITIONED;
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(must(row, 'name'), [...(groups.get(must(row, 'name')) ?? []), row]);
  // Partitions that the server makes by itself as time goes by are not schema.
  const automatic = details?.systemTime?.endsWith('AUTO') ?? false;
  return {
    attributes: { partitionBy: methodOf(first, details), subpartitionBy: subMethodOf(first) },
    children: automatic ? [] : [...groups].map(([name, parts]) => partitionObject(parts, name)),
  };
};
