// Check: sessions behind which a schema change would wait, and everybody else behind the change.
import type { Session, Verdict } from '../../contract.ts';
import { literal, printable } from '../quote.ts';

/** Sessions that have been in a transaction so long that schema changes would wait behind them. */
const LONG_SECONDS = 5;

const transactionsQuery = `
  SELECT t.trx_mysql_thread_id AS id, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS seconds, p.USER AS who, p.HOST AS place
  FROM information_schema.INNODB_TRX t LEFT JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
  WHERE t.trx_mysql_thread_id <> CONNECTION_ID() AND TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) >= ${LONG_SECONDS}
  ORDER BY seconds DESC LIMIT 20`;

const statementsQuery = (schema: string): string => `
  SELECT ID AS id, TIME AS seconds, USER AS who, HOST AS place FROM information_schema.PROCESSLIST
  WHERE ID <> CONNECTION_ID() AND DB = ${literal(schema)} AND COMMAND NOT IN ('Sleep', 'Daemon', 'Binlog Dump')
    AND TIME >= ${LONG_SECONDS} ORDER BY TIME DESC LIMIT 20`;

interface Blocker {
  readonly id: number;
  readonly text: string;
}

const blockersFrom = async (
  session: Session,
  sql: string,
  what: string,
): Promise<readonly Blocker[] | null> => {
  try {
    return (await session.query(sql)).map((row) => ({
      id: Number(row.id),
      text: printable(
        `${String(row.id)} of ${String(row.who ?? '?')} from ${String(row.place ?? '?')}: ${what} for ${String(row.seconds)} s`,
      ),
    }));
  } catch {
    // INNODB_TRX needs the PROCESS privilege.
    return null;
  }
};

/**
 * Who holds a metadata lock on a table, exactly. MySQL 8 keeps this in its performance schema (manual, "The metadata_locks Table"),
 * MariaDB in a table of its plugin METADATA_LOCK_INFO, and from 10.5 in its performance schema too, which is off by default.
 */
const LOCK_QUERIES: readonly string[] = [
  `SELECT i.THREAD_ID AS id, i.TABLE_NAME AS name, p.USER AS who, p.HOST AS place, p.TIME AS seconds
   FROM information_schema.METADATA_LOCK_INFO i LEFT JOIN information_schema.PROCESSLIST p ON p.ID = i.THREAD_ID
   WHERE i.TABLE_SCHEMA = ? AND i.TABLE_NAME <> '' AND i.THREAD_ID <> CONNECTION_ID()`,
  `SELECT t.PROCESSLIST_ID AS id, m.OBJECT_NAME AS name, t.PROCESSLIST_USER AS who, t.PROCESSLIST_HOST AS place,
     t.PROCESSLIST_TIME AS seconds
   FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID
   WHERE m.OBJECT_TYPE = 'TABLE' AND m.OBJECT_SCHEMA = ? AND m.LOCK_STATUS = 'GRANTED' AND @@performance_schema = 1
     AND t.PROCESSLIST_ID IS NOT NULL AND t.PROCESSLIST_ID <> CONNECTION_ID()`,
];

/** Without rows a performance schema that is off looks like one in which nobody holds anything. */
const CAN_TELL: readonly string[] = [
  "SELECT COUNT(*) AS n FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO' AND PLUGIN_STATUS = 'ACTIVE'",
  "SELECT @@performance_schema = 1 AND COUNT(*) = 1 AS n FROM performance_schema.setup_instruments WHERE NAME = 'wait/lock/metadata/sql/mdl' AND ENABLED = 'YES'",
];

const lockHolders = async (session: Session, touched: Touched): Promise<readonly Blocker[] | null> => {
  for (const [index, sql] of LOCK_QUERIES.entries()) {
    try {
      const [can] = await session.query(CAN_TELL[index] ?? '');
      if (Number(can?.n ?? 0) === 0) continue;
      const rows = await session.query(sql, [touched.schema]);
      return rows
        .filter((row) => touched.tables.length === 0 || touched.tables.includes(String(row.name)))
        .map((row) => ({
          id: Number(row.id),
          text: printable(
            `${String(row.id)} of ${String(row.who ?? '?')} from ${String(row.place ?? '?')}: holds a lock on ${String(row.name)}, in its state for ${String(row.seconds)} s`,
          ),
        }));
    } catch {
      // Not on this server, or not for this role; the other way may be.
    }
  }
  return null;
};

/** What the check asks about. */
export interface Touched {
  readonly schema: string;
  readonly tables: readonly string[];
}

/** Warns of every session that holds a metadata lock on a touched table, or was in a transaction or a statement for long. */
export const blockersVerdict = async (session: Session, touched: Touched): Promise<Verdict> => {
  const holders = await lockHolders(session, touched);
  const transactions = await blockersFrom(session, transactionsQuery, 'in a transaction');
  const statements = await blockersFrom(session, statementsQuery(touched.schema), 'runs a statement');
  const found = new Map(
    [...(statements ?? []), ...(transactions ?? []), ...(holders ?? [])].map((one) => [one.id, one.text]),
  );
  const unseen = holders === null ? '; which tables a session holds is not to be seen on this server' : '';
  if (found.size > 0) {
    return {
      status: 'warning',
      message: `${found.size} ${found.size === 1 ? 'session' : 'sessions'} would make schema changes wait: ${[...found.values()].slice(0, 5).join('; ')}${unseen}`,
      remedy: [
        'Wait for them, or end them with KILL and the number; a waiting schema change blocks every new query on its table.',
      ],
      facts: { sessions: [...found.keys()] },
    };
  }
  if (transactions === null) {
    return {
      status: 'ok',
      message: `no long statement${holders === null ? '' : ', no lock on a touched table'}; idle transactions cannot be seen without the PROCESS privilege`,
      remedy: ['GRANT PROCESS ON *.* to the role for a complete answer.'],
    };
  }
  return {
    status: 'ok',
    message: `no session is in a transaction or statement for ${LONG_SECONDS} s or more${holders === null ? unseen : ', and none holds a lock on a touched table'}`,
  };
};
