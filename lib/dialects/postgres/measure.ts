// How many rows and bytes tables have: estimates from the catalogue, counts where a count is cheap. Reads only.
import type { Subject } from '../../schema/index.ts';
import type { Row, Session, TableSize } from '../contract.ts';
import { explain } from './explain.ts';
import { printable, qualified } from './quote.ts';
import { orTableLocked } from './waited.ts';

/**
 * A partitioned table has no rows of its own: its partitions' are added up. reltuples is -1 before the first ANALYZE
 * (https://www.postgresql.org/docs/current/catalog-pg-class.html).
 */
const SIZES = `
SELECT n.nspname AS namespace, c.relname AS name, s.estimate, s.analyzed, s.heap, s.bytes
FROM unnest($1::text[], $2::text[]) w(namespace, name)
JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(CASE WHEN w.namespace IS NULL THEN pg_catalog.quote_ident(w.name)
  ELSE pg_catalog.quote_ident(w.namespace) || '.' || pg_catalog.quote_ident(w.name) END)
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT sum(greatest(p.reltuples, 0))::bigint::text AS estimate, bool_and(p.reltuples >= 0) AS analyzed,
    sum(pg_catalog.pg_relation_size(p.oid))::bigint::text AS heap, sum(pg_catalog.pg_total_relation_size(p.oid))::bigint::text AS bytes
  FROM pg_catalog.pg_class p
  WHERE CASE WHEN c.relkind = 'p' THEN p.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) t WHERE t.isleaf)
    ELSE p.oid = c.oid END
) s
WHERE c.relkind IN ('r', 'p', 'm')`;

/** Up to this many bytes of rows a count takes milliseconds. */
const COUNTABLE_BYTES = 16 * 1024 * 1024;
/** So much is counted in all, the smallest tables first: a second or two of reading, however many tables there are. */
const COUNTABLE_TOTAL_BYTES = 1024 * 1024 * 1024;

type Counted = Pick<TableSize, 'rows' | 'exact' | 'notCounted'>;

const countOf = async (
  session: Session,
  table: { namespace: string; name: string },
  estimate: number,
): Promise<Counted> => {
  try {
    const [row] = await session.query(`SELECT count(*)::text AS rows FROM ${qualified(table)}`);
    return { rows: Number(row?.rows), exact: true };
  } catch (error) {
    const { connectionLost, message } = explain(error);
    if (connectionLost) throw error;
    // No right to read it, or too slow: the estimate has to do.
    return { rows: estimate, exact: false, notCounted: printable(message) };
  }
};

const sizeOf = async (session: Session, row: Row, countable: boolean): Promise<TableSize> => {
  const table = { namespace: String(row.namespace), name: String(row.name) };
  const estimate = Number(row.estimate ?? 0);
  return {
    ...table,
    ...(countable ? await countOf(session, table, estimate) : { rows: estimate, exact: false }),
    bytes: row.bytes === null ? null : Number(row.bytes),
    ...(row.heap !== null && { dataBytes: Number(row.heap) }),
  };
};

/** Rows and bytes (with indexes and TOAST) of the named tables; those that do not exist are left out. Throws TABLE_LOCKED. */
export const measure = async (
  session: Session,
  tables: readonly Pick<Subject, 'namespace' | 'name'>[],
): Promise<readonly TableSize[]> => {
  if (tables.length === 0) return [];
  const names = [tables.map((table) => table.namespace), tables.map((table) => table.name)];
  const rows = await orTableLocked(session, () => session.query(SIZES, names));
  const countable = new Set<Row>();
  let total = 0;
  for (const row of rows.toSorted((a, b) => Number(a.heap ?? 0) - Number(b.heap ?? 0))) {
    total += Number(row.heap ?? 0);
    if (Number(row.heap ?? 0) <= COUNTABLE_BYTES && total <= COUNTABLE_TOTAL_BYTES) countable.add(row);
  }
  const sizes: TableSize[] = [];
  for (const row of rows) sizes.push(await sizeOf(session, row, countable.has(row)));
  return sizes;
};
