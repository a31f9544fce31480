// The person's side of a run: implements the phases' Ui on a terminal or a pipe. Prints summaries, asks through approve/prompt.
import path from 'node:path';
import type { Execution } from '../apply/model.ts';
import type { Approval } from '../approve/index.ts';
import type { DbsyncError } from '../errors/index.ts';
import type { LintReport, Questions, Ui } from '../phases/index.ts';
import type { Plan } from '../plan/index.ts';
import type { CheckResult, ConnectionCheck } from '../preflight/model.ts';
import type { Rehearsal } from '../rehearse/model.ts';
import { advice, DOCUMENTS } from '../report/index.ts';
import type { Hash } from '../schema/index.ts';
import { isCovered, type LedgerReport } from '../sources/contract.ts';
import type { TargetRef } from '../target/index.ts';
import type { Verification } from '../verify/model.ts';
import { summaryOfLint } from './lint-summary.ts';
import { type ListOptions, listChecks, listWork } from './listr.ts';
import { errorBlock, facts, steps } from './output.ts';
import { summaryOfPlan } from './plan-summary.ts';
import { summaryOfStatus } from './status-summary.ts';
import type { Style } from './style.ts';
import {
  outcomeLine,
  summaryOfApproval,
  summaryOfExecution,
  summaryOfPreflight,
  summaryOfRehearsal,
  summaryOfVerification,
} from './summaries.ts';

type Data = { readonly folder?: string; readonly task?: string; readonly hash?: Hash };
type Show = (style: Style, data: never, place: (name: string) => { readonly document: string }) => string[];

const statusLines = (style: Style, data: StatusData): string[] =>
  summaryOfStatus(style, {
    target: data.target,
    source: data.source,
    applied: data.ledger.applied,
    pending: data.ledger.pending,
    problems: [
      ...(data.identity?.status === 'failed'
        ? [`IDENTITY_CHANGED: the database ${data.identity.message}`]
        : []),
      ...data.ledger.problems.map((problem) => `${problem.code}: ${problem.message}`),
    ],
    unfinished:
      data.unfinished.length > 0
        ? `the run "${data.unfinished.join(', ')}" was interrupted while it wrote`
        : null,
    next: nextOf(data),
  });

interface StatusData {
  readonly target: TargetRef;
  /** Whether it is the database that the environment always was. */
  readonly identity?: Pick<CheckResult, 'status' | 'message' | 'remedy'> | null;
  readonly source: string;
  readonly ledger: LedgerReport;
  readonly unfinished: readonly string[];
}

const nextOf = (data: StatusData): readonly string[] => {
  const { environment } = data.target;
  if (data.unfinished.length > 0) return [`$ npx zx tasks/recover.ts --env ${environment}`];
  if (data.identity?.status === 'failed') return data.identity.remedy ?? [];
  const remedies = data.ledger.problems
    .flatMap((problem) => problem.remedy)
    .map((line) => line.replaceAll('<env>', environment));
  if (remedies.length > 0) return [...new Set(remedies)];
  return data.ledger.pending.length > 0 ? [`$ npx zx tasks/sync.ts --env ${environment}`] : [];
};

interface NothingData {
  readonly target: TargetRef;
  readonly drift?: Plan['drift'];
  readonly applied?: number;
  readonly task: string;
  readonly uncovered?: string | null;
  readonly uncoveredBecause?: string;
  readonly held?: Plan['held'];
}

/** Whether the declared schema needs what no migration brings. */
const lacks = (data: NothingData): boolean => Boolean(data.uncovered) && !isCovered(data.uncovered ?? '');

const standing = (data: NothingData): string => {
  if (data.held?.length) return 'Nothing to do now: what is pending is held back.';
  if (!lacks(data)) return `Nothing to do: ${data.target.environment} has every migration.`;
  return data.applied === 0
    ? 'Nothing was brought: the project has no migrations, and the declared schema needs some.'
    : 'Nothing is pending, but the declared schema needs more than the migrations bring.';
};

const nothingLines = (style: Style, data: NothingData): string[] => [
  ...outcomeLine(
    style,
    data.held?.length || lacks(data) ? 'warning' : 'good',
    `${standing(data)} Nothing was written to ${data.target.display}.`,
  ),
  ...facts(style, [
    ['Stays pending', (data.held ?? []).map((item) => `${item.migration} (${item.reason})`).join('; ')],
    ['Applied', data.applied === undefined ? '' : String(data.applied)],
    [
      'Drift',
      data.drift && data.drift.status !== 'none'
        ? data.drift.items.map((item) => item.description).join('; ') || data.drift.status
        : '',
    ],
    [
      'Not covered',
      lacks(data)
        ? 'the declared schema needs more than the migrations bring; see the plan'
        : data.uncoveredBecause === undefined
          ? ''
          : `could not be told: ${data.uncoveredBecause}`,
    ],
    ['Run', data.task],
  ]),
];

const recoveredLines = (
  style: Style,
  data: { task: string | null; folder?: string; execution: Execution | null; next?: readonly string[] },
  place: (name: string) => { document: string },
): string[] => {
  if (!data.execution && data.next?.length)
    return [
      ...outcomeLine(style, 'warning', 'No run was left unfinished, but a migration was.'),
      ...steps(style, advice(data.next)),
    ];
  if (!data.execution) return outcomeLine(style, 'good', 'Nothing to recover: no run was left unfinished.');
  return [
    ...outcomeLine(style, 'warning', `The interrupted run "${data.task ?? ''}" is explained and closed.`),
    ...summaryOfExecution(style, data.execution, place(DOCUMENTS.execution)),
  ];
};

interface DraftData {
  readonly files: readonly string[];
  readonly environment: string;
}

const draftLines = (style: Style, data: DraftData): string[] => {
  const [file] = data.files;
  if (file === undefined)
    return outcomeLine(style, 'good', 'Nothing to write: the migrations cover the declared schema.');
  return [
    ...outcomeLine(style, 'good', `Written for review: ${data.files.join(', ')}. No database was touched.`),
    ...steps(style, [
      { command: false, text: 'Read its SQL and its warnings, change what is not meant, then:' },
      { command: true, text: `npx zx tasks/sync.ts --env ${data.environment}` },
    ]),
  ];
};

/** How each kind of result is shown. */
const SHOWS: Readonly<Record<string, Show>> = {
  preflight: (style, data: ConnectionCheck, place) =>
    summaryOfPreflight(style, data, place(DOCUMENTS.connectionCheck)),
  plan: (style, data: Plan & { hash: Hash }, place) =>
    summaryOfPlan(style, { plan: data, hash: data.hash }, place(DOCUMENTS.plan)),
  diff: (style, data: Plan & { hash: Hash }, place) =>
    summaryOfPlan(style, { plan: data, hash: data.hash }, place(DOCUMENTS.drift)),
  rehearsal: (style, data: Rehearsal, place) => summaryOfRehearsal(style, data, place(DOCUMENTS.plan)),
  approval: (style, data: Approval, place) => summaryOfApproval(style, data, place(DOCUMENTS.plan)),
  execution: (style, data: Execution, place) => summaryOfExecution(style, data, place(DOCUMENTS.execution)),
  verification: (style, data: Verification & { target: TargetRef }, place) =>
    summaryOfVerification(style, { verification: data, target: data.target }, place(DOCUMENTS.verification)),
  status: (style, data: StatusData) => statusLines(style, data),
  lint: (style, data: LintReport) => summaryOfLint(style, data),
  // For another program: as it is.
  document: (_style, data: { text: string }) => data.text.split('\n').filter((line) => line !== ''),
  nothing: (style, data: Parameters<typeof nothingLines>[1]) => nothingLines(style, data),
  recovered: (style, data: Parameters<typeof recoveredLines>[1], place) => recoveredLines(style, data, place),
  mended: (style, data: { what: string }) => outcomeLine(style, 'good', `Recorded: ${data.what}.`),
  intent: (style, data: { task: string; environment: string; display: string; strategy: string }) => [
    ...outcomeLine(style, 'good', `Code to ${data.environment}, by ${data.strategy}.`),
    ...facts(style, [
      ['Database', data.display],
      ['Run', data.task],
    ]),
  ],
  draft: (style, data: DraftData) => draftLines(style, data),
  snapshot: (style, data: { fingerprint: string; folder: string }) => [
    ...outcomeLine(style, 'good', 'The live schema is written down.'),
    ...facts(style, [
      ['Fingerprint', data.fingerprint],
      ['File', path.join(data.folder, 'artifacts', 'schema_snapshot.before.json')],
    ]),
  ],
  initialised: (style, data: { file: string; source: string }) => [
    ...outcomeLine(style, 'good', `${data.file} is written, for ${data.source}.`),
    ...steps(style, [
      { command: false, text: 'Look at its environments, then:' },
      { command: true, text: 'npx zx tasks/status.ts --env dev' },
    ]),
  ],
};

/** Lines for one result; an unknown kind has none. */
export const linesOf = (
  style: Style,
  part: { readonly kind: string; readonly data: unknown },
  cwd: string,
): string[] => {
  const show = SHOWS[part.kind];
  if (!show) return [];
  const folder = (part.data as Data).folder;
  const place = (name: string): { readonly document: string } => ({
    document: folder === undefined ? '' : path.relative(cwd, path.join(folder, name)) || name,
  });
  // Each kind's data comes from the phase of that kind; the table above pairs them.
  return show(style, part.data as never, place);
};

export interface ScreenOptions extends ListOptions {
  readonly cwd: string;
  readonly questions: Questions | null;
}

/** A Ui for a person. */
export const screen = (options: ScreenOptions): Ui => ({
  checks: (items) => listChecks(items, options),
  work: (title, run) => listWork(title, run, options),
  show: (part) => options.print(linesOf(options.style, part, options.cwd)),
  questions: options.questions,
});

/** What is printed for anything thrown. */
export const errorLines = (style: Style, error: DbsyncError): string[] => errorBlock(style, error);
