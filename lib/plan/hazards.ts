// Gathers every hazard of a plan: the database's, the text's, the ledger's, the drift's and the run's own. Pure.
import type { Dialect, Identity, TableSize } from '../dialects/contract.ts';
import { type PlannedBatch, statementsOf as splitMigration } from '../execute/index.ts';
import {
  type Hazard,
  hazardId,
  type PlannedStatement,
  processRule,
  type RiskInput,
  SEVERITIES,
  tableKey,
} from '../risk/index.ts';
import type { Diff, Snapshot } from '../schema/index.ts';
import type { LedgerReport, Migration } from '../sources/contract.ts';
import { judge } from './judge.ts';
import { heldAgainst } from './measured.ts';
import type { Atomicity, DriftReport } from './model.ts';

export interface HazardInput {
  readonly dialect: Dialect;
  /** Null where the database does not exist yet: nothing in it can be lost. */
  readonly identity: Identity | null;
  readonly migrations: readonly Migration[];
  readonly batches: readonly PlannedBatch[];
  readonly change: Diff;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly sizes: readonly TableSize[];
  readonly ledger: LedgerReport;
  readonly drift: DriftReport;
  readonly atomicity: Atomicity;
}

const processHazard = (
  code: string,
  parts: { subject: string; message: string; remedy?: string; migration?: string },
): Hazard => {
  const rule = processRule(code);
  return {
    code,
    severity: rule.severity,
    subject: parts.subject,
    message: parts.message,
    remedy: parts.remedy ?? rule.remedy,
    evidence: [],
    ...(parts.migration !== undefined && { migration: parts.migration }),
  };
};

const fromLedger = (ledger: LedgerReport): Hazard[] =>
  ledger.problems
    .filter((problem) => problem.weight === 'warning')
    .map((problem) =>
      processHazard(problem.code, {
        subject: problem.migration === null ? 'the ledger' : `migration ${problem.migration}`,
        message: problem.message,
        ...(problem.remedy[0] !== undefined && { remedy: problem.remedy[0] }),
        ...(problem.migration !== null && { migration: problem.migration }),
      }),
    );

const fromDrift = (drift: DriftReport): Hazard[] =>
  drift.items.map((item) =>
    processHazard(item.class === 'collides' ? 'x-drift-collides' : 'x-drift-present', {
      subject: item.description,
      message:
        item.class === 'collides'
          ? `The live schema was changed by hand where the plan works: ${item.description}; the plan: ${item.collidesWith ?? ''}.`
          : `The live schema differs from its history: ${item.description}.`,
    }),
  );

const fromAtomicity = (atomicity: Atomicity): Hazard[] =>
  atomicity.migrations
    .filter((item) => !item.atomic)
    .map((item) =>
      processHazard('x-not-atomic', {
        subject: `migration ${item.migration}`,
        message: `A failure inside it leaves the statements before it committed: ${item.because}.`,
        migration: item.migration,
      }),
    );

/** The batch that sends a step, by the step's id. */
const batchesByStep = (batches: readonly PlannedBatch[]): ReadonlyMap<string, PlannedBatch> =>
  new Map(batches.flatMap((batch) => batch.steps.map((step) => [step.id, batch] as const)));

const sentBy = (batch: PlannedBatch): NonNullable<PlannedStatement['sent']> => ({
  by: batch.by,
  transactional: batch.transactional,
  settings: batch.settings,
});

/** Statements that the tool itself sent, as captured. */
const captured = (batches: readonly PlannedBatch[]): PlannedStatement[] =>
  batches
    .filter((batch) => batch.by === 'tool')
    .flatMap((batch) =>
      batch.steps.map((step, index) => ({
        migration: step.migration,
        statement: { text: step.sql, file: step.file, line: step.line, offset: 0, index },
        sent: sentBy(batch),
      })),
    );

/** Every statement of the planned files, also those that a dialect does not send because it does their work itself. */
const statementsOf = (input: HazardInput): RiskInput['statements'] => {
  const byStep = batchesByStep(input.batches);
  const written = input.migrations.flatMap((migration) =>
    splitMigration(input.dialect, migration).map((statement) => {
      const batch = byStep.get(`${migration.id}#${statement.index + 1}`);
      return { migration: migration.id, statement, ...(batch && { sent: sentBy(batch) }) };
    }),
  );
  return [...written, ...captured(input.batches)];
};

const riskInput = (input: HazardInput): RiskInput => ({
  product: input.identity?.product ?? input.dialect.title,
  version: input.identity?.versionNumbers ?? [],
  facts: input.identity?.facts ?? {},
  statements: statementsOf(input),
  change: input.change,
  before: input.before,
  after: input.after,
  sizes: new Map(input.sizes.map((size) => [tableKey(size), size])),
});

/** Worst first, and within a severity in the order of the plan. */
const sortHazards = (hazards: readonly Hazard[]): readonly Hazard[] =>
  SEVERITIES.flatMap((severity) => hazards.filter((hazard) => hazard.severity === severity));

const distinct = (hazards: readonly Hazard[]): readonly Hazard[] => {
  const seen = new Set<string>();
  return hazards.filter((hazard) => {
    const key = `${hazardId(hazard)} ${hazard.line ?? ''}`;
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
};

/** What the text says of a migration that a failure leaves half done. */
const HALF_DONE: ReadonlySet<string> = new Set(['x-non-tx-statement', 'x-mixed-tx']);

/**
 * That a failure leaves a part of a migration is said once: by the dialect where it has a word for it, else by the text, else by
 * the forecast. A statement that stands alone leaves no part.
 */
const saidOnce = (parts: {
  readonly dialect: readonly Hazard[];
  readonly text: readonly Hazard[];
  readonly forecast: readonly Hazard[];
}): readonly Hazard[] => {
  const subjects = new Set(parts.dialect.map((hazard) => hazard.subject));
  const text = parts.text.filter(
    ({ code, subject, severity }) =>
      !HALF_DONE.has(code) || (severity !== 'advice' && !subjects.has(subject)),
  );
  for (const { code, subject } of text) if (HALF_DONE.has(code)) subjects.add(subject);
  return [...parts.dialect, ...text, ...parts.forecast.filter((hazard) => !subjects.has(hazard.subject))];
};

/** Every hazard, worst first; each appears once. */
export const collectHazards = (input: HazardInput): readonly Hazard[] => {
  const { dialect } = input;
  const { input: risk, dialect: own, text } = judge(dialect, riskInput(input));
  const all = [
    ...saidOnce({ dialect: own, text, forecast: fromAtomicity(input.atomicity) }),
    ...fromLedger(input.ledger),
    ...fromDrift(input.drift),
  ];
  return sortHazards(heldAgainst(distinct(all), { dialect, batches: input.batches, input: risk }));
};
