// Where an environment stands, on a screen. Pure: returns lines, prints nothing.
import { advice, count, number } from '../report/index.ts';
import type { TargetRef } from '../target/index.ts';
import { bullet, facts, outcomeLine, steps } from './output.ts';
import type { Style } from './style.ts';

const SHOWN_PENDING = 20;

/** What `status` knows of an environment. */
export interface StatusFacts {
  readonly target: Pick<TargetRef, 'environment' | 'protected' | 'product' | 'version' | 'display'>;
  /** `Prisma 7.10.1`. */
  readonly source: string;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Problems of the ledger and the files, in one line each. */
  readonly problems: readonly string[];
  /** A run that was not finished, in one line; null for none. */
  readonly unfinished: string | null;
  /** What to do next; a line that starts with `$ ` is a command. */
  readonly next: readonly string[];
}

const headlineOf = (status: StatusFacts): string => {
  const parts = [
    ...(status.unfinished === null ? [] : ['an unfinished run']),
    ...(status.problems.length > 0 ? [count(status.problems.length, 'problem')] : []),
    ...(status.pending.length > 0 ? [count(status.pending.length, 'pending migration')] : []),
  ];
  const { environment } = status.target;
  return parts.length === 0 ? `${environment} has every migration.` : `${environment}: ${parts.join(', ')}.`;
};

const lastApplied = (applied: readonly string[]): string => {
  const last = applied.at(-1);
  return last === undefined ? 'nothing yet' : `${count(applied.length, 'migration')}, the last is ${last}`;
};

/** Where an environment stands, and the command that continues. */
export const summaryOfStatus = (style: Style, status: StatusFacts): string[] => {
  const { target, pending, problems, unfinished } = status;
  const clean = pending.length === 0 && problems.length === 0 && unfinished === null;
  const warning = { mark: style.symbols.warning, tone: 'warning' } as const;
  return [
    ...outcomeLine(style, unfinished !== null ? 'bad' : clean ? 'good' : 'warning', headlineOf(status)),
    ...facts(style, [
      ['Database', target.display],
      ['Server', `${target.product} ${target.version}${target.protected ? ', protected' : ''}`],
      ['Source', status.source],
      ['Applied', lastApplied(status.applied)],
    ]),
    ...(unfinished === null ? [] : bullet(style, unfinished, { mark: style.symbols.failed, tone: 'bad' })),
    ...problems.flatMap((line) => bullet(style, line, warning)),
    ...pending.slice(0, SHOWN_PENDING).flatMap((name) => bullet(style, `pending: ${name}`)),
    ...(pending.length > SHOWN_PENDING
      ? bullet(style, `and ${number(pending.length - SHOWN_PENDING)} more`)
      : []),
    ...(status.next.length > 0 ? ['', ...steps(style, advice(status.next))] : []),
  ];
};
