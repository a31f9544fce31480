// Follows the transactions that a file opens by itself within a batch that is sent statement by statement: what was done in one counts as
// committed only when it ends so.
import type { Dialect } from '../dialects/contract.ts';
import type { Step, StepState } from './model.ts';

export interface Frame {
  /** A statement succeeded: the steps whose fate is decided by it, itself included, and what became of them. */
  readonly done: (step: Step) => Decided;
  /** A statement failed: what became of the steps before it. What is still open is then rolled back. */
  readonly failed: (step: Step | null) => Decided;
}

export interface Decided {
  readonly steps: readonly Step[];
  readonly state: StepState;
}

type Meaning = 'begins' | 'commits' | 'rolls-back' | 'commits-before' | 'goes-on';

const meaningOf = (dialect: Dialect, step: Step): Meaning => {
  const { kind } = dialect.classify({
    text: step.sql,
    file: step.file,
    line: step.line,
    offset: 0,
    index: 0,
  });
  if (kind === 'ddl' && !dialect.facts.transactionalDdl) return 'commits-before';
  if (kind !== 'transaction') return 'goes-on';
  if (/^(BEGIN|START|XA)\b/.test(step.verb)) return 'begins';
  if (/^(COMMIT|END)\b/.test(step.verb)) return 'commits';
  const isWhole = /^(ROLLBACK|ABORT)\b/.test(step.verb) && !/\bTO\b/i.test(step.sql);
  return isWhole ? 'rolls-back' : 'goes-on';
};

/** A new frame: outside of any transaction each statement is committed as it ends. */
export const frameOf = (dialect: Dialect): Frame => {
  let open: Step[] | null = null;
  const close = (state: StepState, last: readonly Step[]): Decided => {
    const steps = [...(open ?? []), ...last];
    open = null;
    return { steps, state };
  };
  return {
    done: (step) => {
      const meaning = meaningOf(dialect, step);
      if (meaning === 'begins') {
        // A second BEGIN commits the first transaction or leaves it as it is; the end says which.
        open = [...(open ?? []), step];
        return { steps: [], state: 'committed' };
      }
      if (open !== null && meaning === 'goes-on') {
        open.push(step);
        return { steps: [], state: 'committed' };
      }
      return close(meaning === 'rolls-back' ? 'rolled-back' : 'committed', [step]);
    },
    failed: (step) =>
      close(step && meaningOf(dialect, step) === 'commits-before' ? 'committed' : 'rolled-back', []),
  };
};
