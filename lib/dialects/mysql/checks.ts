// The preflight checks that only MySQL and MariaDB need. Each asks, and says what is wrong and the next command to run.
import { DbsyncError, messageOf } from '../../errors/index.ts';
import type { Check, CheckContext, Identity, Session, Verdict } from '../contract.ts';
import { blockersVerdict } from './checks/blockers.ts';
import { privilegesVerdict } from './checks/grants.ts';
import { leftovers } from './health.ts';
import { lockHolder, lockName } from './lock.ts';
import { measure } from './measure.ts';
import { printable } from './quote.ts';

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
      code: 'DATABASE_UNUSABLE',
      facts: { read_only: true },
    };
  }
  const replicas = await replicaRows(session);
  if (replicas !== null && replicas > 0) {
    return {
      status: 'failed',
      message: 'the server is a replica of another one: what is changed here is not changed there',
      remedy: ['Use the URL of the primary server.'],
      code: 'DATABASE_UNUSABLE',
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

const blockers = asked(async ({ session, identity, touched }) =>
  blockersVerdict(session, {
    schema: String(identity.facts.schema),
    tables: touched.map((table) => table.name),
  }),
);

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

/**
 * What the role may do, roles that are active included. MySQL names those in SHOW GRANTS but shows their privileges only on demand
 * (manual, "SHOW GRANTS Statement"); it answers with their names quoted. MariaDB shows them by itself.
 */
const grantLines = async (session: Session, product: string): Promise<readonly string[]> => {
  const lines = async (sql: string): Promise<readonly string[]> =>
    (await session.raw(sql)).rows.map((row) => String(row[0]));
  if (product === 'MariaDB') return lines('SHOW GRANTS');
  const [row] = await session.query('SELECT CURRENT_ROLE() AS roles').catch(() => []);
  const roles = String(row?.roles ?? 'NONE');
  return lines(roles === 'NONE' ? 'SHOW GRANTS' : `SHOW GRANTS FOR CURRENT_USER() USING ${roles}`);
};

/** MySQL 8.0.16; other servers have no such variable. */
const plainNames = async (session: Session): Promise<boolean> => {
  const [row] = await session.query("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'");
  return row?.Value === 'ON';
};

const privileges = asked(async ({ session, identity, touched }) => {
  return privilegesVerdict(await grantLines(session, identity.product), {
    schema: String(identity.facts.schema),
    plainNames: await plainNames(session),
    tables: touched.map((table) => table.name),
  });
});

const remains = asked(async ({ session }) => {
  const found = await leftovers(session);
  if (found.length === 0)
    return { status: 'ok', message: 'no shadow database of an earlier run was left behind' };
  return {
    status: 'warning',
    message: `left behind by an earlier run: ${found.map((one) => one.subject).join(', ')}`,
    remedy: found.map((one) => one.remedy),
    facts: { databases: found.map((one) => one.subject) },
  };
});

export const CHECKS: readonly Check[] = [
  { id: 'mysql-writable', title: 'Server takes writes', run: writable },
  { id: 'mysql-privileges', title: 'Privileges', run: privileges },
  { id: 'mysql-lock', title: 'No other run', run: lockFree },
  { id: 'mysql-blockers', title: 'Sessions that would block', run: blockers },
  { id: 'mysql-strict', title: 'Strict sql_mode', run: strictMode },
  { id: 'mysql-disk', title: 'Disk for table copies', run: disk },
  { id: 'mysql-leftovers', title: 'Leftovers of earlier runs', run: remains },
  { id: 'mysql-online', title: 'Changes without a copy', run: online },
];
