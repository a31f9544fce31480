// The one executor: rehearsal and apply run a plan through this very function. It knows no dialect and no source by name.
import { excerpt } from '../sql/index.ts';
import { runBatch } from './batch.ts';
import type { PlannedBatch, Step } from './model.ts';
import type { ExecuteInput, ExecuteResult, Failed, State, StepFailure } from './state.ts';
import { tallyOf } from './tally.ts';
import { runTool } from './tool.ts';

export type { ExecuteHooks, ExecuteInput, ExecuteResult, StepFailure } from './state.ts';

const settleFailure = (state: State, batch: PlannedBatch, failure: Failed): void => {
  if (failure.engine.connectionLost) state.lost = true;
  if (failure.duringCommit && failure.engine.connectionLost) state.tally.settle(batch, 'unknown');
  else if (batch.transactional) state.tally.settle(batch, 'rolled-back');
  state.hooks.record?.({
    event: batch.transactional ? 'batch-rolled-back' : 'batch-failed',
    batch: batch.id,
    error: failure.engine.message,
    ...(failure.duringCommit && failure.engine.connectionLost && { lost: true }),
  });
};

/** Leaves the ledger as the tool would: a failed row where something is committed, a rolled-back one where nothing is. */
const recordFailure = async (state: State, batch: PlannedBatch, failure: Failed): Promise<void> => {
  const row = state.rows.get(batch.migration);
  if (!row || state.lost) return;
  const { writer } = state.project.ledger;
  if (state.touched.has(batch.migration)) await writer.failed(state.session, row, failure.engine.message);
  else await writer.rolledBack(state.session, batch.migration, state.hooks.now());
};

/** The number of the text's first line in its file; a text that a tool made of code is in no file, and is counted by itself. */
const firstLineOf = ({ file, line }: Step): number => (file.endsWith('.sql') ? line : 1);

const explainFailure = (batch: PlannedBatch, failure: Failed): StepFailure => ({
  step: failure.step,
  migration: batch.migration,
  engine: failure.engine,
  excerpt:
    failure.step && failure.engine.position !== null
      ? excerpt(failure.step.sql, failure.engine.position, firstLineOf(failure.step))
      : null,
  ...(failure.cause !== undefined && { cause: failure.cause }),
});

const finish = (state: State, failure: StepFailure | null): ExecuteResult => {
  const stopped = state.hooks.signal.aborted && failure !== null;
  // A migration that an earlier run began is still half done, also where this run added nothing.
  const torn = failure !== null && state.touched.has(failure.migration);
  const changed = torn || state.tally.count('committed') > 0 || state.remains.length > 0;
  const unknown = state.tally.count('unknown') > 0;
  const outcome =
    failure === null ? 'applied' : unknown || stopped ? 'interrupted' : changed ? 'partial' : 'rolled-back';
  return {
    steps: state.tally.records(),
    migrations: state.closed,
    outcome,
    failure,
    stopped,
    captured: state.captured,
    remains: state.remains,
  };
};

const started = (state: State, batch: PlannedBatch): void =>
  state.hooks.record?.({
    event: 'batch-started',
    batch: batch.id,
    migration: batch.migration,
    transactional: batch.transactional,
  });

const runOurs = async (state: State, batch: PlannedBatch): Promise<StepFailure | null> => {
  started(state, batch);
  const failure = await runBatch(state, batch);
  if (failure) {
    settleFailure(state, batch, failure);
    await recordFailure(state, batch, failure);
    return explainFailure(batch, failure);
  }
  state.tally.settle(batch, 'committed');
  state.touched.add(batch.migration);
  if (batch.closesLedger) state.closed.push(batch.migration);
  state.hooks.record?.({ event: 'batch-committed', batch: batch.id, migration: batch.migration });
  return null;
};

/** The tool runs all of its migrations in one go and keeps its own ledger. */
const runByTool = async (state: State, batches: readonly PlannedBatch[]): Promise<StepFailure | null> => {
  const failure = await runTool(state, batches);
  const at = batches.find((batch) => batch.migration === failure?.migration) ?? batches[0];
  return failure && at ? explainFailure(at, failure) : null;
};

/** Runs the batches in order and stops at the first failure. Expected failures are in the result; bugs throw. */
export const execute = async (input: ExecuteInput): Promise<ExecuteResult> => {
  const byId = new Map(input.project.migrations.map((migration) => [migration.id, migration]));
  const total = input.batches.reduce((sum, batch) => sum + batch.steps.length, 0);
  const start = { done: 0, limits: '', ensured: false, lost: false };
  const state: State = {
    ...input,
    ...start,
    total,
    tally: tallyOf(input.batches),
    byId,
    rows: new Map(),
    closed: [],
    // What an earlier run committed of a migration is there, whatever this one does.
    touched: new Set(
      input.batches.flatMap((batch) => (batch.resumes === undefined ? [] : [batch.migration])),
    ),
    captured: [],
    remains: [],
  };
  const byTool = input.batches.filter((batch) => batch.by === 'tool');
  if (byTool.length > 0) return finish(state, await runByTool(state, byTool));
  for (const batch of input.batches) {
    const failure = await runOurs(state, batch);
    if (failure) return finish(state, failure);
  }
  return finish(state, null);
};
