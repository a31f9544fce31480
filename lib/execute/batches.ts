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
      ...(facts.lock !== undefined && { lock: facts.lock }),
      ...(facts.opaque !== undefined && { opaque: facts.opaque }),
      lockTimeoutMs: timeouts.lockMs,
      statementTimeoutMs: timeouts.statementMs,
    };
  };

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
