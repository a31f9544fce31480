// The preflight checks that only PostgreSQL needs. Each asks the server one question and reads; none writes.
import type { Check, Verdict } from '../contract.ts';
import { BLOCKER_CHECK } from './checks/blockers.ts';
import { DISK_CHECK, EXTENSIONS_CHECK, PUBLICATIONS_CHECK, SIZES_CHECK } from './checks/contents.ts';
import { POOLER_CHECK } from './checks/pooler.ts';
import { PRIVILEGES_CHECK } from './checks/privileges.ts';
import { needSession, ok } from './checks/verdict.ts';
import { health } from './health.ts';
import { lockHolders, numbersOf, runnerHolders } from './lock.ts';

const writable: Check = {
  id: 'postgres-writable',
  title: 'The server accepts writes',
  run: needSession(async (_session, { identity }): Promise<Verdict> => {
    if (identity?.facts.in_recovery === true) {
      return {
        status: 'failed',
        message: 'The server is a standby: it replays another server and refuses every write.',
        remedy: ["Use the primary's address; a read-only endpoint of a provider leads here too."],
        code: 'DATABASE_UNUSABLE',
      };
    }
    if (identity?.facts.default_read_only === true) {
      return {
        status: 'failed',
        message:
          'Sessions of this role on this database are read-only by default (default_transaction_read_only).',
        remedy: ['Ask who set it and why; then use a role without it.'],
        code: 'DATABASE_UNUSABLE',
      };
    }
    return ok('The server is a primary and accepts writes.');
  }),
};

const runnerLock: Check = {
  id: 'postgres-runner-lock',
  title: 'No other migration run holds the lock',
  run: needSession(async (session, { toolLock }): Promise<Verdict> => {
    const holders = [...(await runnerHolders(session))];
    const numbers = toolLock ? numbersOf(toolLock) : null;
    if (numbers) holders.push(...(await lockHolders(session, numbers)));
    const [first] = holders;
    if (!first) return ok('The runner lock is free.');
    return {
      status: 'failed',
      message: `The lock is held by ${first.text}.`,
      remedy: [
        'Wait until that run has ended.',
        `If it is known to be dead: SELECT pg_terminate_backend(${first.pid}) ends it.`,
      ],
      code: 'LOCK_HELD',
      facts: { pids: holders.map(({ pid }) => pid) },
    };
  }),
};

const soundness: Check = {
  id: 'postgres-health',
  title: 'No broken indexes or unproven constraints',
  run: needSession(async (session): Promise<Verdict> => {
    const findings = await health(session);
    const [first] = findings;
    if (!first) return ok('No invalid index, no constraint that was never validated.');
    const more = findings.length > 1 ? ` and ${findings.length - 1} more` : '';
    return {
      status: 'warning',
      message: `${first.subject}${more}: ${first.message}`,
      remedy: findings.slice(0, 5).map((finding) => finding.remedy),
      facts: { findings: findings.map(({ code, subject }) => `${code} ${subject}`) },
    };
  }),
};

/** The checks, in the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  writable,
  POOLER_CHECK,
  PRIVILEGES_CHECK,
  runnerLock,
  BLOCKER_CHECK,
  SIZES_CHECK,
  DISK_CHECK,
  EXTENSIONS_CHECK,
  PUBLICATIONS_CHECK,
  soundness,
];
