// The keys of some rows that a question counted, as a second question. Pure; asks for nothing but the columns of the primary key.
import { childOf, type SchemaObject } from '../schema/index.ts';
import type { Probe } from './model.ts';

const MOST = 5;

export interface Counted {
  /** As it is before the plan. */
  readonly table: SchemaObject | undefined;
  /** Everything from FROM on. */
  readonly from: string;
  readonly quote: (name: string) => string;
  /** The name that the table has in `from`, with its dot; empty where it is the only one. */
  readonly prefix?: string;
}

/** Nothing where the table has no primary key: other columns are nobody's business. */
export const sampleOf = ({ table, from, quote, prefix = '' }: Counted): Pick<Probe, 'sampleSql'> => {
  const key = table?.children.find((child) => child.kind === 'primary-key');
  const columns = Array.isArray(key?.attributes.columns) ? key.attributes.columns.map(String) : [];
  const known = columns.length > 0 && columns.every((name) => table && childOf(table, 'column', name));
  if (!known) return {};
  return {
    sampleSql: `SELECT ${columns.map((name) => `${prefix}${quote(name)}`).join(', ')} ${from} LIMIT ${MOST}`,
  };
};
