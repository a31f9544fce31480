// The preflight checks that only MySQL and MariaDB need. Each asks, and says what is wrong and the next command to run.
import { DbsyncError, messageOf } from '../../errors/index.ts';
import type { Check, CheckContext, Identity, Session, Verdict } from '../contract.ts';
import { privilegesVerdict } from './grants.ts';
import { lockHolder, lockName } from './lock.ts';
import { measure } from './measure.ts';
import { literal, printable } from './quote.ts';

/** A connected context; a database that does not exist yet has nothing to check. */
interface Connected extends CheckContext {
  readonly session: Session;
  readonly identity: Identity;
}

const NOT_THERE: Verdict = { status: 'skipped', message: 'the database does not exist yet' };

/** What cannot be asked is said; it never passes for well. */
const asked =
  (run: (context: Connected) => Promise<Verdict>) =>
  async (context: CheckContext): Promise<Verdict> => {
    const { session, identity } = context;
    if (session === null || identity === null) return NOT_THERE;
    try {
      return await run({ ...context, session, identity });
    } catch (error) {
      if (error instanceof DbsyncError && error.code === 'INTERNAL') throw error;
      return { status: 'warning', message: `could not be asked: ${printable(messageOf(error))}` };
    }
  };

const isOn = (value: unknown): boolean => value === 'ON' || value === 1 || value === '1';

/** Replica status is asked in the words of each age (MySQL 8.0.22, MariaDB 10.5.1); a role may be denied all of them. */
const replicaRows = async (session: Session): Promise<number | null> => {
  for (const sql of ['SHOW REPLICA STATUS', 'SHOW SLAVE STATUS']) {
    try {
      return (await session.raw(sql)).rows.length;
    } catch {
      // Another age, or no privilege.
    }
  }
  return null;
};

const writable = asked(async ({ session, identity }) => {
  const { facts } = identity;
  const locked = ['super_read_only', 'innodb_read_only', 'read_only'].filter((name) => isOn(facts[name]));
  if (locked.length > 0) {
    return {
      status: 'failed',
      message: `the server is read-only (${locked.join(', ')})`,
      remedy: ['Use the URL of the primary server.'],
      facts: { read_only: true },
    };
  }
  const replicas = await replicaRows(session);
  if (replicas !== null && replicas > 0) {
    return {
      status: 'failed',
      message: 'the server is a replica of another one: what is changed here is not changed there',
      remedy: ['Use the URL of the primary server.'],
    };
  }
  const unknown = replicas === null ? '; whether it is a replica this role may not ask' : '';
  return { status: 'ok', message: `the server takes writes${unknown}` };
});

const lockFree = asked(async ({ session, identity, toolLock }) => {
  const names = [lockName(String(identity.facts.schema)), ...(toolLock ? [toolLock.name] : [])];
  for (const name of names) {
    const holder = await lockHolder(session, name);
    if (holder !== null) {
      return {
        status: 'failed',
        message: `the lock ${printable(name)} is held by ${holder}`,
        remedy: [
          'Wait until that run has finished; a leftover is ended with KILL and its connection number.',
        ],
        code: 'LOCK_HELD',
      };
    }
  }
  if (isOn(identity.facts.wsrep_on)) {
    return {
      status: 'warning',
      message: 'the lock is free, but named locks reach only one node of a Galera cluster',
      remedy: ['Send every run to the same node.'],
    };
  }
  return {
    status: 'ok',
    message: `no other run (${names.length === 1 ? 'one lock' : `${names.length} locks`} free)`,
  };
});

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

const blockers = asked(async ({ session, identity }) => {
  const transactions = await blockersFrom(session, transactionsQuery, 'in a transaction');
  const statements = await blockersFrom(
    session,
    statementsQuery(String(identity.facts.schema)),
    'runs a statement',
  );
  const found = new Map([...(statements ?? []), ...(transactions ?? [])].map((one) => [one.id, one.text]));
  if (found.size > 0) {
    return {
      status: 'warning',
      message: `${found.size} ${found.size === 1 ? 'session' : 'sessions'} would make schema changes wait: ${[...found.values()].slice(0, 5).join('; ')}`,
      remedy: [
        'Wait for them, or end them with KILL and the number; a waiting schema change blocks every new query on its table.',
      ],
      facts: { sessions: [...found.keys()] },
    };
  }
  if (transactions === null) {
    return {
      status: 'ok',
      message: 'no long statement; idle transactions cannot be seen without the PROCESS privilege',
      remedy: ['GRANT PROCESS ON *.* to the role for a complete answer.'],
    };
  }
  return {
    status: 'ok',
    message: `no session is in a transaction or statement for ${LONG_SECONDS} s or more`,
  };
});

const STRICT = /STRICT_(TRANS|ALL)_TABLES|TRADITIONAL/;

const strictMode = asked(async ({ identity }) => {
  const mode = String(identity.facts.sql_mode ?? '');
  if (STRICT.test(mode)) return { status: 'ok', message: 'sql_mode is strict' };
  return {
    status: 'warning',
    message: `sql_mode is not strict (${mode === '' ? 'empty' : printable(mode)}): values that do not fit are cut and not refused`,
    remedy: [
      'Set sql_mode to STRICT_TRANS_TABLES on the server, or check narrowing changes with special care.',
    ],
  };
});

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576).toLocaleString('en-US')} MB`;

/** MariaDB's DISKS plugin tells free space; nothing else does. */
const freeBytes = async (session: Session): Promise<number | null> => {
  try {
    const [row] = await session.query(
      `SELECT Available * 1024 AS free FROM information_schema.DISKS
       WHERE @@datadir LIKE CONCAT(Path, '%') ORDER BY LENGTH(Path) DESC LIMIT 1`,
    );
    return row ? Number(row.free) : null;
  } catch {
    return null;
  }
};

const disk = asked(async ({ session, touched }) => {
  const sizes = await measure(session, touched);
  const largest = Math.max(0, ...sizes.map((size) => size.bytes ?? 0));
  const free = await freeBytes(session);
  const need = `a table copy needs up to ${megabytes(largest)} (the largest of ${sizes.length} touched tables)`;
  if (free === null) return { status: 'ok', message: `${need}; the server does not say how much is free` };
  const status = free < largest * 2 ? 'warning' : 'ok';
  return {
    status,
    message: `${need}, ${megabytes(free)} are free`,
    facts: { neededBytes: largest, freeBytes: free },
  };
});

const atLeast = (version: readonly number[], wanted: readonly number[]): boolean => {
  for (const [index, part] of wanted.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
};

/** MySQL manual, "Online DDL Operations"; MariaDB knowledge base, "Instant ADD COLUMN". */
const instantWords = (identity: Identity): string => {
  const version = identity.versionNumbers;
  if (identity.product === 'MariaDB') {
    if (atLeast(version, [10, 4]))
      return 'columns are added at any place and dropped without a copy (INSTANT)';
    return atLeast(version, [10, 3, 2])
      ? 'columns are added at the end without a copy (INSTANT)'
      : 'every added column copies the table';
  }
  if (atLeast(version, [8, 0, 29]))
    return 'columns are added at any place and dropped without a copy (INSTANT)';
  return atLeast(version, [8, 0, 12])
    ? 'columns are added at the end without a copy (INSTANT)'
    : 'added columns rebuild the table in place';
};

/** Versions with known corruption by instant columns (MySQL release notes 8.0.29 to 8.0.31). */
const risky = (identity: Identity): boolean =>
  identity.product === 'MySQL' &&
  atLeast(identity.versionNumbers, [8, 0, 29]) &&
  !atLeast(identity.versionNumbers, [8, 0, 32]);

const online = asked(async ({ identity }) => {
  if (risky(identity)) {
    return {
      status: 'warning',
      message: `MySQL ${identity.version} has known faults with instant columns`,
      remedy: ['Upgrade to 8.0.32 or later, or state ALGORITHM=INPLACE.'],
    };
  }
  return { status: 'ok', message: instantWords(identity) };
});

const privileges = asked(async ({ session, identity, touched }) => {
  const rows = (await session.raw('SHOW GRANTS')).rows.map((row) => String(row[0]));
  return privilegesVerdict(rows, {
    schema: String(identity.facts.schema),
    tables: touched.map((table) => table.name),
  });
});

export const CHECKS: readonly Check[] = [
  { id: 'mysql-writable', title: 'Server takes writes', run: writable },
  { id: 'mysql-privileges', title: 'Privileges', run: privileges },
  { id: 'mysql-lock', title: 'No other run', run: lockFree },
  { id: 'mysql-blockers', title: 'Sessions that would block', run: blockers },
  { id: 'mysql-strict', title: 'Strict sql_mode', run: strictMode },
  { id: 'mysql-disk', title: 'Disk for table copies', run: disk },
  { id: 'mysql-online', title: 'Changes without a copy', run: online },
];
