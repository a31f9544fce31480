// What a person needs on the screen of each phase; the documents hold the rest. Pure: returns lines, prints nothing.
import type { Execution } from '../apply/model.ts';
import type { Approval } from '../approve/model.ts';
import type { Plan } from '../plan/model.ts';
import type { ConnectionCheck } from '../preflight/model.ts';
import type { Rehearsal } from '../rehearse/model.ts';
import {
  actorLine,
  advice,
  backupDecision,
  backupLine,
  connectionCheckView,
  count,
  executionHeadline,
  instant,
  number,
  type Proof,
  rehearsalView,
  STATE_WORDS,
  stateCounts,
  verificationView,
} from '../report/index.ts';
import { describeChange, shortHash } from '../schema/index.ts';
import type { TargetRef } from '../target/index.ts';
import type { Verification } from '../verify/model.ts';
import { wrap } from './layout.ts';
import { bullet, facts, heading, inline, lines, outcomeLine, preformatted, steps } from './output.ts';
import type { Style, Tone } from './style.ts';

export { outcomeLine } from './output.ts';
export { type StatusFacts, summaryOfStatus } from './status-summary.ts';

/** A file to read on, relative to where the person stands; '' for none. */
export interface Place {
  readonly document: string;
}

/** The views read artifacts; on a screen the time of making is of no interest. */
const ENVELOPE = { format: 1, previous: null, createdAt: '' } as const;

const readOn = (style: Style, place: Place): string[] =>
  place.document === '' ? [] : ['', ...facts(style, [['Document', place.document]])];

/** The connection check: what asks for an action. */
export const summaryOfPreflight = (style: Style, check: ConnectionCheck, place: Place): string[] => {
  const view = connectionCheckView({ ...ENVELOPE, kind: 'connection-check', body: check });
  const tones = { failed: 'bad', 'passed-with-warnings': 'warning', passed: 'good' } as const;
  return [
    ...outcomeLine(style, tones[view.outcome], view.headline),
    ...facts(
      style,
      view.facts.slice(0, 4).map((fact) => [fact.label, fact.value] as const),
    ),
    ...view.attention.flatMap((item) => [
      '',
      ...bullet(style, `${item.title}: ${item.message}`, {
        mark: item.status === 'failed' ? style.symbols.failed : style.symbols.warning,
        tone: item.status === 'failed' ? 'bad' : 'warning',
      }),
      ...steps(style, item.remedy),
    ]),
    ...readOn(style, place),
  ];
};

/** The rehearsal: passed or not, and why. */
export const summaryOfRehearsal = (style: Style, rehearsal: Rehearsal, place: Place): string[] => {
  const view = rehearsalView(rehearsal, rehearsal.plan);
  return [
    ...outcomeLine(style, rehearsal.outcome === 'passed' ? 'good' : 'bad', view.headline),
    ...facts(style, [
      ['Plan', shortHash(rehearsal.plan)],
      ['Statements', number(rehearsal.steps.length)],
      [
        'Holds data',
        rehearsal.holdsData
          ? 'all that the target has'
          : 'no: failures that only data can cause were not seen',
      ],
    ]),
    ...view.caveats.flatMap((line) => bullet(style, line)),
    ...view.differences.flatMap((line) => bullet(style, `not as predicted: ${line}`, { tone: 'bad' })),
    ...view.again.flatMap((line) => bullet(style, `left to do: ${line}`, { tone: 'bad' })),
    ...(view.failure === '' ? [] : ['', ...preformatted(style, view.failure)]),
    ...readOn(style, place),
  ];
};

/** The approval: who, what, until when. */
export const summaryOfApproval = (style: Style, approval: Approval, place: Place): string[] => [
  ...outcomeLine(
    style,
    'good',
    `Approved: plan ${shortHash(approval.plan)} for ${approval.target.environment}.`,
  ),
  ...facts(style, [
    ['By', actorLine(approval.actor)],
    ['Database', approval.target.display],
    ['Backup', backupDecision(approval.backup)],
    ['Valid until', `${instant(approval.expiresAt)}, for one run`],
  ]),
  ...approval.accepted.flatMap((item) => bullet(style, `accepted ${item.code}: ${item.reason}`)),
  ...readOn(style, place),
];

const OUTCOME_TONES: Readonly<Record<Execution['outcome'], Tone>> = {
  applied: 'good',
  'rolled-back': 'bad',
  partial: 'bad',
  interrupted: 'warning',
};

const failureLines = (style: Style, execution: Execution): string[] => {
  const { failure } = execution;
  if (!failure) return [];
  const where = failure.step ?? failure.migration ?? 'the run';
  const code = failure.engineCode === null ? '' : ` (${failure.engineCode})`;
  return [
    '',
    ...wrap(inline(style, `At ${where}${code}:`), style.width),
    ...wrap(lines(style, failure.message), style.width, 2).map((line) => style.paint('bad', line)),
    ...(failure.excerpt === null ? [] : preformatted(style, failure.excerpt)),
  ];
};

/** A long history is named by its ends. */
const recorded = (migrations: readonly string[]): string => {
  if (migrations.length <= 6) return migrations.join(', ') || 'nothing new';
  return `${migrations[0]} to ${migrations.at(-1)}, ${number(migrations.length)} in all`;
};

/** The execution: what is committed, what is not, what can be done now. */
export const summaryOfExecution = (style: Style, execution: Execution, place: Place): string[] => {
  const unfinished = execution.steps.filter((step) => step.state !== 'committed');
  const adapted = execution.steps.filter((step) => step.note !== null);
  return [
    ...outcomeLine(style, OUTCOME_TONES[execution.outcome], executionHeadline(execution)),
    ...facts(style, [
      ['Plan', shortHash(execution.plan)],
      [
        'Statements',
        stateCounts(execution.steps)
          .map((entry) => `${number(entry.steps)} ${entry.word}`)
          .join(', ') || 'none',
      ],
      ['In the ledger', recorded(execution.migrations)],
      ['Backup', backupLine(execution)],
    ]),
    ...unfinished
      .slice(0, 10)
      .flatMap((step) => bullet(style, `${STATE_WORDS[step.state]}: ${step.summary}`, { tone: 'bad' })),
    ...(unfinished.length > 10
      ? bullet(style, `and ${count(unfinished.length - 10, 'more statement')}`)
      : []),
    ...adapted.slice(0, 3).flatMap((step) => bullet(style, `${step.id}: ${step.note ?? ''}`)),
    ...(adapted.length > 3
      ? bullet(
          style,
          `and ${count(adapted.length - 3, 'more statement')} said in other words, in the document`,
        )
      : []),
    ...failureLines(style, execution),
    ...(execution.recovery.length > 0
      ? [...heading(style, 'What can be done now'), ...steps(style, advice(execution.recovery))]
      : []),
    ...readOn(style, place),
  ];
};

const PROOF_MARKS: Readonly<
  Record<Proof['state'], readonly ['ok' | 'failed' | 'warning' | 'skipped', Tone]>
> = {
  proven: ['ok', 'good'],
  contradicted: ['failed', 'bad'],
  attention: ['warning', 'warning'],
  unknown: ['skipped', 'quiet'],
};

/** The verification: every proof with its evidence in one line. */
export const summaryOfVerification = (
  style: Style,
  input: { readonly verification: Verification; readonly target: Pick<TargetRef, 'environment' | 'display'> },
  place: Place,
): string[] => {
  const { verification, target } = input;
  const view = verificationView({
    verification: { ...ENVELOPE, kind: 'verification', body: verification },
    target,
  });
  return [
    ...outcomeLine(style, view.outcome === 'proven' ? 'good' : 'bad', view.headline),
    ...view.proofs.flatMap((proof) => {
      const [mark, tone] = PROOF_MARKS[proof.state];
      return bullet(style, `${proof.name}: ${proof.evidence}`, {
        mark: style.symbols[mark],
        tone,
        indent: 2,
      });
    }),
    ...view.reasons.slice(1).flatMap((line) => bullet(style, line, { tone: 'bad' })),
    ...view.remaining
      .slice(0, 10)
      .flatMap((line) => bullet(style, `not as predicted: ${line}`, { tone: 'bad' })),
    ...(view.upkeep.length > 0
      ? [...heading(style, 'To do in the repository'), ...steps(style, view.upkeep)]
      : []),
    ...readOn(style, place),
  ];
};

/** A change, marked by what it does: `+`, `-`, `~`. */
export const changeLines = (style: Style, change: Plan['change']['changes'][number]): string[] => {
  const [mark, tone] = (
    { create: ['+', 'good'], drop: ['-', 'bad'], alter: ['~', 'warning'], reorder: ['~', 'warning'] } as const
  )[change.action];
  return bullet(style, describeChange(change), { mark, tone, indent: 2 });
};
