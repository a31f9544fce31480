// Check: sessions that would make the plan wait, and everybody else behind it.
import type { Check, Row, Verdict } from '../../contract.ts';
import { printable } from '../quote.ts';
import { needSession, ok, TOUCHED, touchedArrays } from './verdict.ts';

/** Others that hold any lock on a touched table, with what they do and since when. */
const ON_TABLES = `
SELECT a.pid, a.usename AS "user", a.application_name AS application, a.state, a.backend_type AS type,
  extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::int AS seconds,
  string_agg(DISTINCT t.nspname || '.' || t.relname, ', ') AS tables, bool_or(l.mode ~ 'Exclusive') AS writes,
  a.query ~* '^autovacuum:.*to prevent wraparound' AS wraparound
FROM ${TOUCHED} t
JOIN pg_catalog.pg_locks l ON l.relation = t.oid AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND a.pid <> pg_catalog.pg_backend_pid() AND a.application_name <> 'dbsync'
GROUP BY a.pid, a.usename, a.application_name, a.state, a.backend_type, a.xact_start, a.query ORDER BY seconds DESC NULLS LAST`;

/** Transactions anywhere in the database that are so old that CREATE INDEX CONCURRENTLY waits for them. */
const OLD = `
SELECT a.pid, a.usename AS "user", a.application_name AS application, a.state, a.backend_type AS type,
  extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::int AS seconds, '' AS tables, false AS writes, false AS wraparound
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() AND a.application_name <> 'dbsync'
  AND a.xact_start < pg_catalog.clock_timestamp() - interval '60 seconds' ORDER BY a.xact_start`;

const describe = (row: Row): string => {
  const who = `process ${Number(row.pid)} of ${printable(String(row.user ?? 'the server'))}, application "${printable(String(row.application ?? ''))}"`;
  const where = row.tables ? ` on ${printable(String(row.tables))}` : '';
  return `${who}, ${printable(String(row.state ?? row.type ?? 'active'))} for ${Number(row.seconds ?? 0)} s${where}`;
};

/** Shorter than this a lock is the ordinary traffic that the lock timeout is for. */
const LONG_S = 5;

export const BLOCKER_CHECK: Check = {
  id: 'postgres-blockers',
  title: 'No session blocks the touched tables',
  run: needSession(async (session, context): Promise<Verdict> => {
    const onTables = (await session.query(ON_TABLES, touchedArrays(context))).filter(
      (row) =>
        Number(row.seconds ?? 0) >= LONG_S ||
        row.state === 'idle in transaction' ||
        row.application === 'pg_dump',
    );
    const old = await session.query(OLD);
    const all = [...new Map([...old, ...onTables].map((row) => [Number(row.pid), row])).values()];
    if (all.length === 0) return ok('No long or idle transaction stands in the way.');
    return {
      status: 'warning',
      message: `${all.length} ${all.length === 1 ? 'session' : 'sessions'} would make the plan wait: ${all.slice(0, 3).map(describe).join('; ')}.`,
      remedy: [
        'Let them end, or ask their owners; the plan gives up after the lock timeout and changes nothing.',
        ...all
          .slice(0, 3)
          .map(
            (row) => `SELECT pg_terminate_backend(${Number(row.pid)}) ends that session and rolls it back.`,
          ),
      ],
      facts: { pids: all.map((row) => Number(row.pid)) },
    };
  }),
};
