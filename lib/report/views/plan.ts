// The view of `02-migration-plan.md`, of the page and of the screen: everything that a person needs to decide. Pure.
import { isNoop, type Plan } from '../../plan/model.ts';
import type { Rehearsal } from '../../rehearse/model.ts';
import { describeChange, shortHash } from '../../schema/index.ts';
import { bytes, count, type Fact, instant, named, number, rows, said, tableName } from '../words.ts';
import {
  type DriftGroup,
  driftGroups,
  driftHeadline,
  type LedgerProblemView,
  problemView,
  uncoveredLine,
} from './drift.ts';
import { type HazardGroup, hazardCounts, hazardGroups, hazardViews } from './hazards.ts';
import { type LocksView, locksView } from './locks.ts';
import { type MigrationView, migrationViews, sharedLimits } from './migrations.ts';
import type { PlanDocument } from './plan-document.ts';
import {
  type ApprovalView,
  approvalView,
  type RehearsalView,
  rehearsalView,
  wayBackLines,
} from './readiness.ts';
import { runningLines } from './running.ts';
import { type Standing, standingOf } from './standing.ts';

export interface PlanView {
  readonly environment: string;
  readonly protected: boolean;
  readonly name: string;
  readonly headline: string;
  readonly standing: Standing['kind'];
  /** What a person must know or do before this plan can run. */
  readonly decide: readonly string[];
  readonly facts: readonly Fact[];
  /** The plan in four numbers: migrations, statements, changes, hazards. */
  readonly figures: readonly { readonly value: string; readonly label: string; readonly note: string }[];
  /** `2 destructive, 1 blocking`, or ''. */
  readonly hazardCounts: string;
  readonly hazards: readonly HazardGroup[];
  /** What breaks for the version that runs now, what can go before it, and how to divide them. */
  readonly running: readonly string[];
  readonly changes: readonly string[];
  readonly tables: readonly { readonly name: string; readonly rows: string; readonly size: string }[];
  readonly locks: LocksView;
  readonly migrations: readonly MigrationView[];
  readonly atomicity: { readonly atomic: boolean; readonly word: string; readonly summary: string };
  /** What the rehearsal of this plan showed of the migrations' own way back, one line each. */
  readonly wayBack: readonly string[];
  readonly rollback: readonly { readonly migration: string; readonly brings: string; readonly sql: string }[];
  readonly drift: {
    readonly headline: string;
    readonly groups: readonly DriftGroup[];
    readonly caveats: readonly string[];
  };
  readonly problems: readonly LedgerProblemView[];
  readonly verification: readonly string[];
  readonly strategy: { readonly name: string; readonly why: readonly string[] };
  readonly held: readonly { readonly migration: string; readonly reason: string }[];
  readonly uncoveredLine: string;
  readonly uncovered: string;
  readonly notes: readonly string[];
  readonly rehearsal: RehearsalView;
  readonly approval: ApprovalView;
  readonly madeAt: string;
}

const factsOf = (document: PlanDocument): Fact[] => {
  const { target, source, ...plan } = document.plan.body;
  const limits = sharedLimits(document.plan.body);
  return [
    said('Environment', `${target.environment}${target.protected ? ' (protected)' : ''}`),
    named('Database', target.display),
    said('Server', `${target.product} ${target.version}`),
    named('Identity', target.identity),
    ...(plan.createsDatabase ? [said('Creates', 'the database itself, which does not exist yet')] : []),
    said('Source', source.title),
    said('Strategy', plan.strategy),
    said('From revision', source.applied ?? 'none: nothing is applied yet'),
    said('To revision', source.wanted ?? 'the declared schema'),
    ...(limits ? [said('Each statement', limits)] : []),
    named('Plan', document.hash),
    named('Schema before', plan.from),
    named('Schema after', plan.predicted),
  ];
};

const strategyOf = (plan: Plan): PlanView['strategy'] => {
  if (plan.strategy === 'migrate') {
    return {
      name: 'migrate',
      why: [
        "The project's own migrations are applied, and the ledger is kept as the migration tool keeps it.",
      ],
    };
  }
  return {
    name: 'push',
    why: [
      `Chosen explicitly${plan.reason ? `: ${plan.reason}` : '.'}`,
      'No migration is recorded. Write one that holds these changes before the next deploy, so that history and database agree.',
    ],
  };
};

const verificationToCome = (plan: Plan): string[] => [
  `A fresh snapshot of the target must have the fingerprint ${shortHash(plan.predicted)}.`,
  `${plan.source.title} is asked whether it agrees with the database and its ledger.`,
  ...(plan.strategy === 'migrate' ? ['The ledger must hold every migration of this plan as finished.'] : []),
  'Tables that the plan does not touch must have the rows that they had before.',
  'The health of the database (orphans, broken or unvalidated objects) is looked at again.',
  "The project's own check is run, where the configuration names one.",
];

const atomicityOf = (plan: Plan): PlanView['atomicity'] => ({
  atomic: plan.atomicity.atomic,
  word: plan.atomicity.atomic ? 'All or nothing' : 'Not as a whole',
  summary: plan.atomicity.summary,
});

const countsOf = (plan: Plan): { readonly migrations: number; readonly statements: number } => ({
  migrations: new Set(plan.batches.map((batch) => batch.migration)).size,
  statements: plan.batches.flatMap((batch) => batch.steps).length,
});

const unitOf = (plan: Plan): readonly [string, string] =>
  plan.strategy === 'push' ? ['push', 'pushes'] : ['migration', 'migrations'];

const figuresOf = (plan: Plan, groups: readonly HazardGroup[]): PlanView['figures'] => {
  const { migrations, statements } = countsOf(plan);
  const [unit, units] = unitOf(plan);
  const figure = (value: number, one: string, many = `${one}s`): PlanView['figures'][number] => ({
    value: number(value),
    label: value === 1 ? one : many,
    note: '',
  });
  return [
    figure(migrations, unit, units),
    figure(statements, 'statement'),
    figure(plan.change.changes.length, 'change'),
    { ...figure(plan.hazards.length, 'hazard'), note: hazardCounts(groups) },
  ];
};

/** `3 migrations with 12 statements`; `nothing` for a plan without work. */
export const workOf = (plan: Plan): string => {
  if (isNoop(plan)) return plan.createsDatabase ? 'the empty database' : 'nothing';
  const { migrations, statements } = countsOf(plan);
  return `${count(migrations, ...unitOf(plan))} with ${count(statements, 'statement')}`;
};

const tablesOf = (plan: Plan): PlanView['tables'] =>
  plan.tables.map((table) => ({
    name: tableName(table),
    rows: rows(table),
    size: bytes(table.bytes),
  }));

/** The rehearsal of this very plan. */
const rehearsed = ({ rehearsal, hash }: PlanDocument): Rehearsal | null =>
  rehearsal?.body.plan === hash ? rehearsal.body : null;

/** Decides everything that the plan document says. */
export const planView = (document: PlanDocument): PlanView => {
  const plan = document.plan.body;
  const given = document.approval?.body;
  const hazards = hazardViews({
    plan,
    approval: given?.plan === document.hash ? given : null,
    rehearsal: rehearsed(document),
  });
  const groups = hazardGroups(hazards);
  const rehearsal = rehearsalView(document.rehearsal?.body ?? null, document.hash);
  const approval = approvalView(document);
  const standing = standingOf({ plan, hazards, rehearsal, approval, work: workOf(plan) });
  return {
    environment: plan.target.environment,
    protected: plan.target.protected,
    name: shortHash(document.hash),
    headline: standing.headline,
    standing: standing.kind,
    decide: standing.decide,
    facts: factsOf(document),
    figures: figuresOf(plan, groups),
    hazardCounts: hazardCounts(groups),
    hazards: groups,
    running: runningLines(plan),
    changes: plan.change.changes.map(describeChange),
    tables: tablesOf(plan),
    locks: locksView(plan, rehearsed(document)),
    migrations: migrationViews(plan),
    atomicity: atomicityOf(plan),
    wayBack: wayBackLines(rehearsed(document)),
    rollback: plan.rollback.map((step) => ({
      migration: step.migration,
      brings: step.brings,
      sql: step.sql?.map((statement) => `${statement.replace(/;\s*$/, '')};`).join('\n') ?? '',
    })),
    drift: {
      headline: driftHeadline(plan.drift),
      groups: driftGroups(plan.drift),
      caveats: plan.drift.caveats,
    },
    problems: plan.ledgerReport.problems.map(problemView),
    verification: verificationToCome(plan),
    strategy: strategyOf(plan),
    held: plan.held,
    uncoveredLine: uncoveredLine(plan),
    uncovered: plan.uncovered?.trim() ?? '',
    notes: plan.notes,
    rehearsal,
    approval,
    madeAt: instant(document.plan.createdAt),
  };
};
