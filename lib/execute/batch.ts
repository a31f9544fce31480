// Runs one batch: in one transaction with its ledger row, or statement by statement.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '../dialects/contract.ts';
import type { PlannedBatch, Step } from './model.ts';
import { sendStatement } from './send.ts';
import type { Failed, State } from './state.ts';
import { summarize } from './tally.ts';

/** A lock timeout is retried this often, and only where the unit was rolled back as a whole. */
const LOCK_RETRIES = 3;
const FIRST_PAUSE_MS = 250;

const asBatch = (batch: PlannedBatch): Batch => ({
  transactional: batch.transactional,
  because: batch.because,
  settings: batch.settings,
  statements: batch.steps.map((step, index) => ({
    text: step.sql,
    file: step.file,
    line: step.line,
    offset: 0,
    index,
  })),
});

const failed = (state: State, step: Step | null, error: unknown, duringCommit = false): Failed => ({
  step,
  engine: state.dialect.explain(error),
  duringCommit,
});

const runStep = async (state: State, step: Step): Promise<Failed | null> => {
  const { hooks, session, dialect, tally } = state;
  hooks.record({ event: 'step-started', step: step.id, sql: step.sql });
  const startedAt = hooks.now().getTime();
  try {
    const { rows, adaptation } = await sendStatement(dialect, session, step.sql);
    const durationMs = hooks.now().getTime() - startedAt;
    tally.set(step.id, { rows, durationMs, note: adaptation?.note ?? null });
    const sent = adaptation ? { sent: adaptation.text, note: adaptation.note } : {};
    hooks.record({ event: 'step-done', step: step.id, rows, durationMs, ...sent });
    return null;
  } catch (error) {
    const failure = failed(state, step, error);
    const durationMs = hooks.now().getTime() - startedAt;
    tally.set(step.id, {
      state: failure.engine.connectionLost ? 'unknown' : 'failed',
      durationMs,
      error: failure.engine.message,
    });
    hooks.record({
      event: 'step-failed',
      step: step.id,
      error: failure.engine.message,
      code: failure.engine.code,
    });
    return failure;
  }
};

const openLedger = async (state: State, batch: PlannedBatch): Promise<void> => {
  const migration = state.byId.get(batch.migration);
  if (!state.ledger || !migration || state.rows.has(batch.migration)) return;
  const { writer } = state.project.ledger;
  if (!state.ensured) await writer.ensure(state.session);
  state.ensured = true;
  state.rows.set(batch.migration, await writer.started(state.session, migration, state.hooks.now()));
};

const closeLedger = async (state: State, batch: PlannedBatch): Promise<void> => {
  const row = state.rows.get(batch.migration);
  if (row && batch.closesLedger)
    await state.project.ledger.writer.finished(state.session, row, state.hooks.now());
};

const limit = async (state: State, step: Step): Promise<void> => {
  const limits = `${step.lockTimeoutMs} ${step.statementTimeoutMs}`;
  if (limits === state.limits) return;
  await state.session.limit({ lockMs: step.lockTimeoutMs, statementMs: step.statementTimeoutMs });
  state.limits = limits;
};

const sendSteps = async (state: State, batch: PlannedBatch): Promise<Failed | null> => {
  for (const step of batch.steps) {
    // A turn of the event loop between steps lets signals in, also with a driver that never waits.
    await nextTurn();
    if (state.hooks.signal.aborted) return failed(state, null, new Error('stopped before this step'));
    state.hooks.progress(state.done, state.total, summarize(step.sql));
    await limit(state, step);
    const failure = await runStep(state, step);
    if (failure) return failure;
    state.done += 1;
    if (!batch.transactional) {
      state.tally.set(step.id, { state: 'committed' });
      state.touched.add(batch.migration);
    }
  }
  return null;
};

/** In one transaction: the ledger's row, the statements, the dialect's last checks, the row closed, the commit. */
const runTransaction = async (state: State, batch: PlannedBatch): Promise<Failed | null> => {
  const { dialect, session } = state;
  const whole = asBatch(batch);
  const opened = state.rows.has(batch.migration);
  let inCommit = false;
  try {
    await dialect.begin(session, whole);
    await openLedger(state, batch);
    const failure = await sendSteps(state, batch);
    if (!failure) {
      await closeLedger(state, batch);
      state.hooks.record({ event: 'batch-committing', batch: batch.id });
      inCommit = true;
      await dialect.commit(session, whole);
      return null;
    }
    await undo(state, batch, opened);
    return failure;
  } catch (error) {
    const failure = failed(state, null, error, inCommit);
    await undo(state, batch, opened);
    return failure;
  }
};

const undo = async (state: State, batch: PlannedBatch, ledgerWasOpen: boolean): Promise<void> => {
  if (!ledgerWasOpen) state.rows.delete(batch.migration);
  // What the transaction held may include the ledger's table, and on some engines the session's limits.
  state.ensured = false;
  state.limits = '';
  try {
    await state.dialect.rollback(state.session, asBatch(batch));
  } catch (error) {
    // A connection that is gone was rolled back by the engine itself.
    if (!state.dialect.explain(error).connectionLost) throw error;
  }
};

const runPlain = async (state: State, batch: PlannedBatch): Promise<Failed | null> => {
  try {
    await openLedger(state, batch);
    await state.dialect.begin(state.session, asBatch(batch));
    const failure = await sendSteps(state, batch);
    if (failure) return failure;
    await state.dialect.commit(state.session, asBatch(batch));
    await closeLedger(state, batch);
    return null;
  } catch (error) {
    return failed(state, null, error);
  }
};

const runBatchOnce = (state: State, batch: PlannedBatch): Promise<Failed | null> =>
  batch.transactional ? runTransaction(state, batch) : runPlain(state, batch);

/** Retries a lock timeout where nothing of the batch remains. */
export const runBatch = async (state: State, batch: PlannedBatch): Promise<Failed | null> => {
  for (let attempt = 0; ; attempt += 1) {
    const failure = await runBatchOnce(state, batch);
    const repeatable = batch.transactional || batch.steps.length === 1;
    if (!failure?.engine.lockTimeout || !repeatable || attempt >= LOCK_RETRIES || state.hooks.signal.aborted)
      return failure;
    const pauseMs = FIRST_PAUSE_MS * 2 ** attempt;
    state.hooks.record({ event: 'batch-retried', batch: batch.id, because: failure.engine.message, pauseMs });
    for (const step of batch.steps)
      state.tally.set(step.id, { state: 'not-started', durationMs: null, error: null });
    await sleep(pauseMs);
  }
};
