// A question that waited in vain for a table's lock: the error names who holds it. Only asks.
import { DbsyncError } from '../../errors/index.ts';
import type { Row, Session } from '../contract.ts';
import { explain } from './explain.ts';
import { printable } from './quote.ts';

/** Only ACCESS EXCLUSIVE keeps readers out (https://www.postgresql.org/docs/current/explicit-locking.html). */
const HOLDERS = `
SELECT a.pid, a.usename AS "user", a.application_name AS application, a.state, a.xact_start::text AS since,
  string_agg(DISTINCT l.relation::pg_catalog.regclass::text, ', ') AS tables
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND l.locktype = 'relation' AND a.pid <> pg_catalog.pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
GROUP BY a.pid, a.usename, a.application_name, a.state, a.xact_start ORDER BY a.xact_start LIMIT 5`;

const said = (value: unknown): string => printable(String(value ?? '?'));

const describe = (row: Row): string =>
  `process ${Number(row.pid)} of role ${said(row.user)}, application "${said(row.application)}", holds ${said(row.tables)} since ${said(row.since)} (${said(row.state)})`;

/** Runs a question outside of any transaction. Throws TABLE_LOCKED with the holders where it ended on the lock timeout. */
export const orTableLocked = async <T>(session: Session, question: () => Promise<T>): Promise<T> => {
  try {
    return await question();
  } catch (cause) {
    if (!explain(cause).lockTimeout) throw cause;
    const holders = await session.query(HOLDERS);
    throw new DbsyncError('TABLE_LOCKED', {
      summary: 'A table could not be read: another session keeps everybody out of it.',
      why: holders.length > 0 ? holders.map(describe).join('; ') : 'The holder ended while it was asked for.',
      next: [
        'Wait until that session has ended its transaction, then run the same command again.',
        ...holders.map(
          ({ pid }) => `If it is known to be dead: SELECT pg_terminate_backend(${Number(pid)}) ends it.`,
        ),
      ],
      details: { holders: holders.map(({ pid }) => Number(pid)) },
    });
  }
};
