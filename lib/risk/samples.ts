// How many rows meet a condition, and the keys of some of them, as questions. Pure; asks for nothing but the columns of the primary key.
import { childOf, type SchemaObject, type Subject } from '../schema/index.ts';
import type { Probe } from './model.ts';

const MOST = 5;

/** `"app"."users"`, quoted by the database's own quote. */
export const quotedTable = (
  table: Pick<Subject, 'namespace' | 'name'>,
  quote: (name: string) => string,
): string =>
  table.namespace === null ? quote(table.name) : `${quote(table.namespace)}.${quote(table.name)}`;

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

/** Counts the rows of a table, as it is before the plan, that meet a condition; one way for each database's quote. */
export const countProbeBy =
  (quote: (name: string) => string) =>
  (
    table: SchemaObject,
    parts: Pick<Probe, 'question' | 'positive' | 'zero'> & { readonly where: string },
  ): Probe => {
    const { where, ...asked } = parts;
    const from = `FROM ${quotedTable(table, quote)} WHERE ${where}`;
    return { ...asked, sql: `SELECT count(*) ${from}`, ...sampleOf({ table, from, quote }) };
  };
