// What can be done after a run by the migration tool that did not go through: true for what stays and for what the ledger holds.
import type { StepRecord } from '../execute/index.ts';
import type { Plan } from '../plan/index.ts';
import type { LedgerReport } from '../sources/contract.ts';
import type { Context } from './context.ts';

const MAX_SHOWN = 12;

/** How the run ended, as far as it is known. */
export interface Ended {
  readonly steps: readonly StepRecord[];
  /** Null: not read again; the migrations that the run itself saw recorded stand for it. */
  readonly ledger: LedgerReport | null;
  readonly recorded?: readonly string[];
}

const listed = (steps: readonly StepRecord[]): readonly string[] => [
  ...steps.slice(0, MAX_SHOWN).map(({ id, summary }) => `  ${id}: ${summary}`),
  ...(steps.length > MAX_SHOWN ? [`  and ${steps.length - MAX_SHOWN} more`] : []),
];

/** The rows of the ledger, or what of this plan was recorded, in one line. */
const ledgerLine = (plan: Plan, { ledger, recorded }: Ended): string => {
  const planned = [...new Set(plan.batches.map((batch) => batch.migration))];
  const applied = new Set(ledger?.applied ?? recorded ?? []);
  const rows = ledger
    ? `The ledger holds ${ledger.entries.map(({ id }) => id).join(', ') || 'no row'}: `
    : '';
  const done = planned.filter((id) => applied.has(id));
  const left = planned.filter((id) => !applied.has(id));
  return `${rows}of this plan, ${done.length > 0 ? `${done.join(', ')} applied, ` : ''}${left.join(', ') || 'nothing'} still pending.`;
};

const tornWays = (where: string, torn: string, own: readonly StepRecord[]): readonly string[] => {
  const whole = own.every(({ state }) => state === 'committed');
  const kept = own.filter(({ state }) => state === 'committed');
  const doubtful = own.filter(({ state }) => state === 'unknown');
  const finished = [
    '  that is proven by a replay, and recorded:',
    `$ npx zx tasks/recover.ts ${where} --applied ${torn}`,
  ];
  return [
    ...(kept.length > 0 ? [`Committed of ${torn}, whose row is not in the ledger:`, ...listed(kept)] : []),
    ...(doubtful.length > 0
      ? ['Sent, and nothing says how it ended; look whether its work is there:', ...listed(doubtful)]
      : []),
    ...(whole
      ? ['Every statement that it was seen to send is done; where nothing is missing:', ...finished]
      : [
          'Either take these back by hand, or restore the backup, and mend the file; then it runs from its first statement:',
          `$ npx zx tasks/sync.ts ${where}`,
          `Or do by hand what is missing of ${torn}, as its file says;`,
          ...finished,
        ]),
  ];
};

/**
 * The lines for the reader, after a failure or a kill; null where the plan was not run by a tool that records nothing but whole
 * migrations, or went through.
 */
export const toolWaysOn = (context: Context, plan: Plan, ended: Ended): readonly string[] | null => {
  const byTool = plan.batches.some((batch) => batch.by === 'tool');
  if (!byTool || !context.project.runner || context.project.runner.recordsFailures) return null;
  const where = `--env ${plan.target.environment}`;
  const applied = new Set(ended.ledger?.applied ?? ended.recorded ?? []);
  if (plan.batches.every(({ migration }) => applied.has(migration))) return null;
  const torn = plan.batches.find(
    ({ migration }) =>
      !applied.has(migration) &&
      ended.steps.some(
        (step) => step.migration === migration && (step.state === 'committed' || step.state === 'unknown'),
      ),
  )?.migration;
  if (torn !== undefined) {
    const own = ended.steps.filter(({ migration }) => migration === torn);
    return [ledgerLine(plan, ended), ...tornWays(where, torn, own)];
  }
  const kept = plan.batches.some(({ migration }) => applied.has(migration));
  return [
    ledgerLine(plan, ended),
    kept
      ? 'Nothing of the pending ones is in the database. Mend the file or the data, then:'
      : 'The target is as it was. Mend the file or the data, then:',
    `$ npx zx tasks/sync.ts ${where}`,
  ];
};
