// Runs one batch: in one transaction with its ledger row, or statement by statement.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { DbsyncError } from '../errors/index.ts';
import { type Decided, type Frame, frameOf } from './frame.ts';
import type { PlannedBatch, Step } from './model.ts';
import { asBatch, type SendStep, senderOf } from './send.ts';
import type { Failed, State } from './state.ts';
import { summarize } from './tally.ts';

/** A lock timeout is retried this often, and only where the unit was rolled back as a whole. */
const LOCK_RETRIES = 3;
const FIRST_PAUSE_MS = 250;

const OWN_REFUSALS: ReadonlySet<string> = new Set(['REACHES_OUTSIDE', 'SHADOW_IS_TARGET']);

const failed = (state: State, step: Step | null, error: unknown, duringCommit = false): Failed => ({
  step,
  engine: state.dialect.explain(error),
  duringCommit,
  // A refusal of our own has a code, a reason and a way on.
  ...(error instanceof DbsyncError && OWN_REFUSALS.has(error.code) && { cause: error }),
});

/** The failure with what the database knows of it. A question that fails too is no second failure. */
const diagnosed = async (state: State, failure: Failed, error: unknown): Promise<Failed> => {
  const { dialect, session } = state;
  if (failure.cause !== undefined || failure.engine.connectionLost || !dialect.diagnose) return failure;
  const more = await dialect.diagnose(session, error).catch(() => null);
  if (more === null) return failure;
  const said = failure.engine.message.replace(/[.\s]+$/, '');
  return { ...failure, engine: { ...failure.engine, message: `${said}. ${more}` } };
};

const runStep = async (state: State, step: Step, send: SendStep): Promise<Failed | null> => {
  const { hooks, tally } = state;
  hooks.record?.({ event: 'step-started', step: step.id, sql: step.sql });
  const startedAt = hooks.now().getTime();
  try {
    const { answer, effects } = await send(step);
    const { rows, adaptation } = answer;
    const durationMs = hooks.now().getTime() - startedAt;
    tally.set(step.id, { rows, durationMs, note: adaptation?.note ?? null, ...(effects && { effects }) });
    const sent = adaptation ? { sent: adaptation.text, note: adaptation.note } : {};
    hooks.record?.({ event: 'step-done', step: step.id, rows, durationMs, ...sent });
    return null;
  } catch (error) {
    const failure = await diagnosed(state, failed(state, step, error), error);
    const durationMs = hooks.now().getTime() - startedAt;
    tally.set(step.id, {
      state: failure.engine.connectionLost ? 'unknown' : 'failed',
      durationMs,
      error: failure.engine.message,
    });
    hooks.record?.({
      event: 'step-failed',
      step: step.id,
      error: failure.engine.message,
      code: failure.engine.code,
      ...(failure.engine.connectionLost && { lost: true }),
    });
    return failure;
  }
};

const ensureLedger = async (state: State, batch: PlannedBatch): Promise<void> => {
  if (!state.ledger || state.ensured || state.rows.has(batch.migration)) return;
  // On some engines the ledger's table is the target's at once.
  state.hooks.record?.({ event: 'ledger-ensured', batch: batch.id });
  await state.project.ledger.writer.ensure(state.session);
  state.ensured = true;
};

const openLedger = async (state: State, batch: PlannedBatch): Promise<void> => {
  const migration = state.byId.get(batch.migration);
  if (!state.ledger || !migration || state.rows.has(batch.migration)) return;
  const { writer } = state.project.ledger;
  await ensureLedger(state, batch);
  const at = state.hooks.now();
  const row =
    batch.resumes !== undefined && writer.resumed
      ? await writer.resumed(state.session, migration, { at, note: batch.resumes })
      : await writer.started(state.session, migration, at);
  state.rows.set(batch.migration, row);
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

const findings = async (state: State): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await state.dialect.health(state.session)).map((finding) => [
      `${finding.code} ${finding.subject}`,
      `it left ${finding.subject} behind: ${finding.message} ${finding.remedy}`,
    ]),
  );

/** What a failed statement left behind is a change: the target is not as it was, and the log says how to remove it. */
const noteRemains = async (state: State, step: Step, before: ReadonlyMap<string, string>): Promise<void> => {
  try {
    const remains = [...(await findings(state))].filter(([key]) => !before.has(key)).map(([, text]) => text);
    if (remains.length === 0) return;
    state.touched.add(step.migration);
    state.remains.push(...remains);
    state.tally.set(step.id, { note: remains.join('; ') });
    state.hooks.record?.({ event: 'step-remains', step: step.id, remains });
  } catch (error) {
    // Without a connection nothing can be asked; the state of the step is then unknown anyway.
    if (!state.dialect.explain(error).connectionLost) throw error;
  }
};

const decide = (state: State, { steps, state: reached }: Decided): void => {
  for (const step of steps) {
    state.tally.set(step.id, { state: reached });
    if (reached === 'committed') state.touched.add(step.migration);
  }
};

/** `frame`: for a batch whose statements commit by themselves. */
const sendSteps = async (state: State, batch: PlannedBatch, frame: Frame | null): Promise<Failed | null> => {
  const send = senderOf(state, batch);
  for (const step of batch.steps) {
    // A turn of the event loop between steps lets signals in, also with a driver that never waits.
    await nextTurn();
    if (state.hooks.signal.aborted) return failed(state, null, new Error('stopped before this step'));
    // What commits by itself is sent only if the server says that the lock is held.
    const lost = (await (frame ? state.hooks.lock?.ask() : state.hooks.lock?.lost())) ?? null;
    if (lost !== null) return failed(state, null, new Error(`stopped before this step: ${lost}`));
    state.hooks.progress(state.done, state.total, summarize(step.sql));
    await limit(state, step);
    const before = step.concurrent ? await findings(state) : null;
    const failure = await runStep(state, step, send);
    if (failure && before) await noteRemains(state, step, before);
    if (failure) return failure;
    state.done += 1;
    if (frame) decide(state, frame.done(step));
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
    // Where DDL commits, the ledger's table would end the transaction that it is made in.
    if (!dialect.facts.transactionalDdl) await ensureLedger(state, batch);
    await dialect.begin(session, whole);
    await openLedger(state, batch);
    const failure = await sendSteps(state, batch, null);
    if (!failure) {
      // The lock is held by a session of its own: both answer at once.
      const [answer] = await Promise.all([state.hooks.lock?.ask(), closeLedger(state, batch)]);
      await nextTurn();
      const lost = answer ?? null;
      if (lost !== null) throw new Error(`stopped before the commit: ${lost}`);
      state.hooks.record?.({ event: 'batch-committing', batch: batch.id });
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

/** Ends what a transaction of the file's own left open, so that it takes nothing with it that comes after. */
const endFrame = async (state: State, batch: PlannedBatch, frame: Frame, failure: Failed): Promise<void> => {
  const left = frame.failed(failure.step);
  decide(state, left);
  if (left.steps.length > 0) await undo(state, batch, true);
};

const runPlain = async (state: State, batch: PlannedBatch): Promise<Failed | null> => {
  const frame = frameOf(state.dialect);
  try {
    await openLedger(state, batch);
    await state.dialect.begin(state.session, asBatch(batch));
    const failure = await sendSteps(state, batch, frame);
    if (failure) {
      await endFrame(state, batch, frame, failure);
      return failure;
    }
    state.hooks.record?.({ event: 'batch-committing', batch: batch.id });
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
    const repeatable = batch.transactional || (batch.steps.length === 1 && !batch.steps[0]?.concurrent);
    if (!failure?.engine.lockTimeout || !repeatable || attempt >= LOCK_RETRIES || state.hooks.signal.aborted)
      return failure;
    const pauseMs = FIRST_PAUSE_MS * 2 ** attempt;
    state.hooks.record?.({
      event: 'batch-retried',
      batch: batch.id,
      because: failure.engine.message,
      pauseMs,
    });
    for (const step of batch.steps)
      state.tally.set(step.id, { state: 'not-started', durationMs: null, error: null });
    await sleep(pauseMs);
  }
};
