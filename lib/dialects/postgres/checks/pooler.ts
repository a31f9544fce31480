// Check: a pooler in transaction mode, behind which session locks and session settings do not hold.
import type { Check, Session, Verdict } from '../../contract.ts';
import { type PostgresAddress, postgresAddress } from '../address.ts';
import { needSession, ok } from './verdict.ts';

const REMEDY = [
  'Use the direct URL of the server (often the variable DIRECT_URL), or the pooler’s port in session mode.',
];

/** What the URL itself says: Prisma's parameter, and the port that Supabase and others give the transaction mode. */
const urlSays = (address: PostgresAddress): string | null => {
  if (address.params.get('pgbouncer') === 'true') return 'The URL says pgbouncer=true.';
  if (address.port === 6543) return 'Port 6543 is the one that poolers use for transaction mode.';
  return null;
};

const SESSION_FACT = 'SELECT pg_catalog.pg_backend_pid() AS pid';
const PROBES = 4;

/** Whether one connection is one session: the process must stay the same, also while others press for it. */
const changesSession = async (session: Session): Promise<boolean> => {
  const pids = new Set<number>();
  for (let probe = 0; probe < PROBES; probe += 1) {
    const [row] = await session.query(SESSION_FACT);
    pids.add(Number(row?.pid));
  }
  return pids.size > 1;
};

const LISTEN = `SELECT pg_catalog.current_setting('application_name') AS application, pg_catalog.current_setting('TimeZone') AS zone`;

/** A session that lost the settings made on connecting is not the session that was connected. */
const lostSettings = async (session: Session): Promise<boolean> => {
  const [row] = await session.query(LISTEN);
  return row?.zone !== 'UTC';
};

export const POOLER_CHECK: Check = {
  id: 'postgres-pooler',
  title: 'One connection is one session (no transaction-mode pooler)',
  run: needSession(async (session): Promise<Verdict> => {
    const said = urlSays(postgresAddress(session.address));
    const changes = (await changesSession(session)) || (await lostSettings(session));
    if (changes || said) {
      const fact = changes ? 'The connection changes its session between statements.' : said;
      return {
        status: 'failed',
        message: `${fact} Behind a pooler in transaction mode the runner lock and the time limits do not hold.`,
        remedy: REMEDY,
        code: 'DATABASE_UNUSABLE',
      };
    }
    return ok('The connection keeps its session.');
  }),
};
