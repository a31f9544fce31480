// From a migration's text to batches of steps. Pure; the dialect says what the engine does as a whole.
import type { Dialect } from '../dialects/contract.ts';
import type { Migration } from '../sources/contract.ts';
import { type Statement, splitStatements } from '../sql/index.ts';
import type { Timeouts } from '../target/index.ts';
import type { PlannedBatch, Step } from './model.ts';

/** A migration's text does not change while it is in memory, and several phases ask for its statements. */
const known = new WeakMap<Migration, readonly Statement[]>();

/** The statements of a migration's text; empty for one that only its tool can run. */
export const statementsOf = (dialect: Dialect, migration: Migration): readonly Statement[] => {
  if (migration.sql === null) return [];
  const statements =
    known.get(migration) ?? splitStatements(migration.sql, { file: migration.file, rules: dialect.scan });
  known.set(migration, statements);
  return statements;
};

const toolBatch = (migration: Migration): PlannedBatch => ({
  id: `${migration.id}@1`,
  migration: migration.id,
  transactional: false,
  because: 'the migration tool runs it and decides about its transactions',
  settings: {},
  by: 'tool',
  closesLedger: true,
  steps: [],
});

/** An empty file is still a migration: its row must come into the ledger. */
const emptyBatch = (migration: Migration): PlannedBatch => ({
  ...toolBatch(migration),
  transactional: true,
  because: 'the file holds no statement; only the ledger is written',
  by: 'dbsync',
});

const toStep =
  (dialect: Dialect, migration: Migration, timeouts: Timeouts) =>
  (statement: Statement): Step => {
    const facts = dialect.classify(statement);
    return {
      id: `${migration.id}#${statement.index + 1}`,
      migration: migration.id,
      sql: statement.text,
      file: statement.file,
      line: statement.line,
      verb: facts.verb,
      transactional: facts.transactional,
      ...(facts.concurrent && { concurrent: facts.concurrent }),
      ...(facts.lock !== undefined && { lock: facts.lock }),
      ...(facts.opaque !== undefined && { opaque: facts.opaque }),
      // A wait that keeps nobody else waiting needs no short limit, and cut short it leaves remains.
      lockTimeoutMs: facts.concurrent ? timeouts.statementMs : timeouts.lockMs,
      statementTimeoutMs: timeouts.statementMs,
    };
  };

/** The same batches, sent by the migration tool itself: it decides what runs, and writes its own ledger. */
export const handOver = (batches: readonly PlannedBatch[]): readonly PlannedBatch[] =>
  batches.map((batch) => ({ ...batch, by: 'tool' }));

/** The batches of one migration, in order; never none. */
export const batchesOf = (
  dialect: Dialect,
  migration: Migration,
  timeouts: Timeouts,
): readonly PlannedBatch[] => {
  if (migration.sql === null) return [toolBatch(migration)];
  const batches = dialect.batches(statementsOf(dialect, migration));
  if (batches.length === 0) return [emptyBatch(migration)];
  const step = toStep(dialect, migration, timeouts);
  return batches.map((batch, index) => ({
    id: `${migration.id}@${index + 1}`,
    migration: migration.id,
    transactional: batch.transactional,
    because: batch.because,
    settings: batch.settings,
    by: 'dbsync',
    closesLedger: index === batches.length - 1,
    steps: batch.statements.map(step),
  }));
};

/** The number of a step within its migration, from 1; null for one that stands in no file. */
export const stepNumber = (id: string): number | null => {
  const number = /#(\d+)$/.exec(id)?.[1];
  return number === undefined ? null : Number(number);
};

/** What is left of a migration's batches with only the steps behind `after` and up to `until`; the last batch stays, even empty. */
export const partOf = (
  batches: readonly PlannedBatch[],
  { after = 0, until = Number.POSITIVE_INFINITY }: { readonly after?: number; readonly until?: number },
): readonly PlannedBatch[] =>
  batches
    .map((batch) => ({
      ...batch,
      steps: batch.steps.filter((step) => {
        const number = stepNumber(step.id) ?? 0;
        return number > after && number <= until;
      }),
    }))
    .filter((batch) => batch.steps.length > 0 || (batch.closesLedger && until === Number.POSITIVE_INFINITY));
