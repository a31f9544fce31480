// How a part of a table is read and a table written anew, for measuring how fast that is. Never waits for another session's lock.
import type { PaceQuestions } from '../contract.ts';
import { literal, qualified } from './quote.ts';

/** A range of ctid is read as a range, and not by reading everything, from here on (release notes of PostgreSQL 14, E.1.3.1.4). */
const RANGES_SINCE = 140_000;

/** The table, or the greatest leaf of a partitioned one; `pg_locks` and the catalogue wait for nobody. */
const found = (table: { readonly namespace: string | null; readonly name: string }): string => `
SELECT n.nspname AS namespace, p.relname AS name, pg_catalog.has_table_privilege(p.oid, 'SELECT') AS readable,
  EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.relation = p.oid AND l.pid <> pg_catalog.pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    AND (NOT l.granted OR l.mode = 'AccessExclusiveLock')) AS held,
  pg_catalog.current_setting('server_version_num')::int AS version, pg_catalog.current_setting('block_size')::int AS block
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_class p ON CASE WHEN c.relkind = 'p' THEN p.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) t WHERE t.isleaf)
  ELSE p.oid = c.oid END
JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
WHERE c.oid = pg_catalog.to_regclass(${literal(qualified(table))}) AND p.relkind IN ('r', 'm')
ORDER BY p.relpages DESC, p.oid LIMIT 1`;

export const pace: PaceQuestions = {
  portion: async (session, table, bytes) => {
    const [row] = await session.query(found(table));
    if (!row) return 'it has no rows of its own';
    if (row.readable !== true) return 'the role may not read it';
    if (row.held === true) return 'another session holds it, or waits for it';
    if (Number(row.version) < RANGES_SINCE) return 'the server cannot read a part of a table in order';
    const blocks = Math.max(1, Math.floor(bytes / Number(row.block)));
    const one = { namespace: String(row.namespace), name: String(row.name) };
    return {
      sql: `SELECT count(*) FROM ONLY ${qualified(one)} WHERE ctid < '(${blocks},0)'::pg_catalog.tid`,
      bytes: blocks * Number(row.block),
    };
  },
  rewrite: (table) => [`ALTER TABLE ${table} ALTER COLUMN n TYPE bigint`],
};
