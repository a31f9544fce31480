// The view of `03-execution-log.md`: what was sent, what became of it, and what can be done now. Pure.
import type { Execution } from '../../apply/model.ts';
import type { Artifact } from '../../audit/envelope.ts';
import type { StepRecord, StepState } from '../../execute/model.ts';
import type { Plan } from '../../plan/model.ts';
import {
  type Advice,
  advice,
  backupEvidence,
  bytes,
  count,
  duration,
  type Fact,
  instant,
  listed,
  named,
  number,
  rows,
  said,
  tableName,
} from '../words.ts';
import { type MigrationView, migrationViews, type StatementView } from './migrations.ts';

/** What the document is made from; the plan gives the statements their whole text. */
export interface ExecutionDocument {
  readonly execution: Artifact<'execution', Execution>;
  readonly plan: Plan;
}

export interface StepView {
  readonly position: number;
  readonly id: string;
  readonly state: StepState;
  /** `committed`, `FAILED`. */
  readonly word: string;
  readonly summary: string;
  readonly took: string;
  readonly rows: string;
  readonly note: string;
  readonly error: string;
}

export interface ExecutedMigration {
  readonly name: string;
  /** `recorded in the ledger`, `not recorded as applied`. */
  readonly ledger: string;
  readonly steps: readonly StepView[];
}

export interface ExecutionView {
  readonly headline: string;
  readonly environment: string;
  readonly outcome: Execution['outcome'];
  readonly facts: readonly Fact[];
  /** `committed` 3, `not started` 1; states without steps are left out. */
  readonly states: readonly { readonly word: string; readonly steps: number }[];
  readonly migrations: readonly ExecutedMigration[];
  readonly statements: readonly StatementView[];
  readonly adaptations: readonly StepView[];
  readonly failure: {
    readonly where: string;
    readonly message: string;
    readonly code: string;
    readonly excerpt: string;
  } | null;
  readonly recovery: readonly Advice[];
  readonly backup: { readonly facts: readonly Fact[]; readonly verified: readonly string[] } | null;
  readonly tables: readonly {
    readonly name: string;
    readonly before: string;
    readonly after: string;
    readonly size: string;
  }[];
  /** What was wrong already before the first write. */
  readonly healthBefore: readonly string[];
  readonly madeAt: string;
}

/** How a step's state is said, in the order in which states are counted. */
export const STATE_WORDS: Readonly<Record<StepState, string>> = {
  committed: 'committed',
  failed: 'FAILED',
  unknown: 'state unknown',
  'rolled-back': 'rolled back',
  'not-started': 'not started',
};

const stepView = (step: StepRecord, index: number): StepView => ({
  position: index + 1,
  id: step.id,
  state: step.state,
  word: STATE_WORDS[step.state],
  summary: step.summary,
  took: duration(step.durationMs),
  rows: step.rows === null ? '–' : number(step.rows),
  note: step.note ?? '',
  error: step.error ?? '',
});

/** How many steps are in each state. */
export const stateCounts = (steps: readonly StepRecord[]): ExecutionView['states'] =>
  Object.entries(STATE_WORDS)
    .map(([state, word]) => ({ word, steps: steps.filter((step) => step.state === state).length }))
    .filter((entry) => entry.steps > 0);

/** The outcome of a run in one line. */
export const executionHeadline = (body: Execution): string => {
  const states = listed(
    stateCounts(body.steps).map((entry) => `${number(entry.steps)} ${entry.word.toLowerCase()}`),
  );
  const took = duration(Date.parse(body.finishedAt) - Date.parse(body.startedAt));
  switch (body.outcome) {
    case 'applied':
      return `Applied: ${count(body.migrations.length, 'migration')}, ${count(body.steps.length, 'statement')} in ${took}.`;
    case 'rolled-back':
      return `Failed, and the target is as it was (${states || 'nothing was sent'}).`;
    case 'partial':
      return `Failed, and the target is PARTLY CHANGED: ${states}.`;
    case 'interrupted':
      return `Interrupted: ${states || 'nothing was sent'}. The next run looks at what really happened.`;
  }
};

const factsOf = ({ execution, plan }: ExecutionDocument): Fact[] => {
  const { body } = execution;
  return [
    said('Environment', plan.target.environment),
    named('Database', plan.target.display),
    named('Plan', body.plan),
    named('Approval', body.approval),
    said('Started', instant(body.startedAt)),
    said('Finished', instant(body.finishedAt)),
    ...(body.createdDatabase ? [said('Created', 'the database, by this run')] : []),
  ];
};

const backupOf = (body: Execution): ExecutionView['backup'] =>
  body.backup && {
    facts: [
      named('File', body.backup.file),
      said('Method', body.backup.method),
      said('Size', bytes(body.backup.bytes)),
      named('SHA-256', body.backup.sha256),
      named('Restore', body.backup.restore),
    ],
    verified: body.backup.verified,
  };

const failureOf = (body: Execution): ExecutionView['failure'] =>
  body.failure && {
    where: body.failure.step ?? body.failure.migration ?? '',
    message: body.failure.message,
    code: body.failure.engineCode ?? '',
    excerpt: body.failure.excerpt ?? '',
  };

const executed = (body: Execution, steps: readonly StepView[]): ExecutedMigration[] => {
  const migrationOf = new Map(body.steps.map((step) => [step.id, step.migration] as const));
  const names = new Set([...body.steps.map((step) => step.migration), ...body.migrations]);
  return [...names].map((name) => ({
    name,
    ledger: body.migrations.includes(name) ? 'recorded in the ledger' : 'not recorded as applied',
    steps: steps.filter((step) => migrationOf.get(step.id) === name),
  }));
};

/** Every table of before and after; `–` on the side that does not have it or was not counted. */
const tablesOf = (body: Execution): ExecutionView['tables'] => {
  const before = new Map(body.rowsBefore.map((table) => [tableName(table), table] as const));
  const after = new Map((body.rowsAfter ?? []).map((table) => [tableName(table), table] as const));
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => {
    const old = before.get(name);
    const current = after.get(name);
    return {
      name,
      before: old ? rows(old) : '–',
      after: current ? rows(current) : '–',
      size: bytes(old?.bytes ?? current?.bytes ?? null),
    };
  });
};

/** One line for the screen: where the backup is. */
export const backupLine = (body: Execution): string =>
  body.backup ? backupEvidence(body.backup) : 'none was taken';

/** Decides everything that the execution log says. */
export const executionView = (document: ExecutionDocument): ExecutionView => {
  const { body } = document.execution;
  const steps = body.steps.map(stepView);
  const planned: readonly MigrationView[] = migrationViews(document.plan);
  return {
    headline: executionHeadline(body),
    environment: document.plan.target.environment,
    outcome: body.outcome,
    facts: factsOf(document),
    states: stateCounts(body.steps),
    migrations: executed(body, steps),
    statements: planned.flatMap((migration) => migration.statements),
    adaptations: steps.filter((step) => step.note !== ''),
    failure: failureOf(body),
    recovery: advice(body.recovery),
    backup: backupOf(body),
    tables: tablesOf(body),
    healthBefore: body.healthBefore,
    madeAt: instant(document.execution.createdAt),
  };
};
