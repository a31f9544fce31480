// The ledger's state as a verdict: every problem at once. Pure.
import type { Verdict } from '../dialects/contract.ts';
import type { LedgerReport } from '../sources/contract.ts';

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

const summary = (report: LedgerReport): string => {
  if (!report.exists) return `no ledger yet; ${count(report.pending.length, 'migration')} pending`;
  return `${report.applied.length} applied, ${report.pending.length} pending`;
};

const PUSH_OVERRIDE = 'x-push-on-managed-db';

/** Push keeps no ledger; where one is, push goes past a history that says something else. */
export const judgeLedgerForPush = (report: LedgerReport, accepted: readonly string[]): Verdict => {
  if (!report.exists) return { status: 'ok', message: 'no ledger, as push leaves it' };
  const message = `${report.applied.length} migrations are recorded here; push would leave the ledger behind the schema`;
  if (accepted.includes(PUSH_OVERRIDE))
    return { status: 'warning', message: `${message}; accepted as ${PUSH_OVERRIDE}` };
  return {
    status: 'failed',
    code: 'PUSH_REFUSED',
    message,
    remedy: [
      'Write a migration instead.',
      `If push is meant all the same: --accept '${PUSH_OVERRIDE}=<reason>'`,
    ],
  };
};

/** Healthy, worth a look, or in the way of any plan. */
export const judgeLedger = (report: LedgerReport, environment: string): Verdict => {
  const facts = { applied: report.applied.length, pending: report.pending.length };
  if (report.problems.length === 0) return { status: 'ok', message: summary(report), facts };
  const blocking = report.problems.filter((problem) => problem.weight === 'blocking');
  const message = [
    summary(report),
    ...report.problems.map((problem) => `${problem.code}: ${problem.message}`),
  ].join('; ');
  const remedy = [...new Set(report.problems.flatMap((problem) => problem.remedy))].map((line) =>
    line.replaceAll('<env>', environment),
  );
  return blocking.length > 0
    ? { status: 'failed', code: 'LEDGER_UNHEALTHY', message, remedy, facts }
    : { status: 'warning', message, remedy, facts };
};
