// Runs migrations that only their tool can run, all of a plan's in one go, and keeps the same records as for our own statements.
import type { EngineError } from '../dialects/contract.ts';
import type { RunHooks, SentOutcome, SentStatement } from '../sources/contract.ts';
import type { PlannedBatch, Step, StepState } from './model.ts';
import { refuseOutside } from './outside.ts';
import { type Failed, isShadow, type State } from './state.ts';

/** What is known of the tool's run so far. */
interface Watch {
  readonly state: State;
  /** Each migration's rehearsed steps. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  /** How many of each migration's rehearsed statements are passed. */
  readonly passed: Map<string, number>;
  readonly batches: readonly PlannedBatch[];
  /** Migrations that the tool has begun, in order. */
  readonly began: Set<string>;
  /** Steps of the transaction that is open now. */
  open: Step[];
  /** How many captured statements are committed for good. */
  kept: number;
  /** Migrations that ended inside of it. */
  ended: string[];
  /** As the tool itself tells; the driver's word goes first. */
  inTransaction: boolean;
  current: Step | null;
  /** How the first statement that failed did so, in the engine's words. */
  failure: EngineError | null;
}

const UNREHEARSED = 'the rehearsal did not send this statement';

/**
 * The rehearsed step with this very text, the next one in order. What depends on data may leave some out or send others, and those
 * become steps of their own: a record never bears the name of another statement.
 */
const stepOf = (watch: Watch, migration: string, text: string): Step => {
  const steps = watch.steps.get(migration) ?? [];
  const passed = watch.passed.get(migration) ?? 0;
  const index = steps.findIndex((step, place) => place >= passed && step.sql === text);
  const planned = steps[index];
  if (planned) {
    watch.passed.set(migration, index + 1);
    return planned;
  }
  const { tally } = watch.state;
  const known = tally.records().filter((record) => record.migration === migration).length;
  const step = {
    id: `${migration}#${known + 1}`,
    migration,
    sql: text,
    file: migration,
    line: known + 1,
    verb: '',
    transactional: true,
    lockTimeoutMs: 0,
    statementTimeoutMs: 0,
  };
  tally.add(step);
  if (steps.length > 0) tally.set(step.id, { note: UNREHEARSED });
  return step;
};

/** DDL that commits what is open before it, also where it fails itself. */
const commitsFirst = ({ state }: Watch, text: string): boolean => {
  const { dialect } = state;
  if (dialect.facts.transactionalDdl) return false;
  return dialect.classify({ text, file: '', line: 1, offset: 0, index: 0 }).kind === 'ddl';
};

/** Whether what was sent waits for a commit: by the driver's word, else by the transactions that the tool tells of. */
const waitsFor = (watch: Watch, text: string, said: boolean | null): boolean => {
  if (said !== null) return said;
  return (
    watch.inTransaction && (watch.state.project.runner?.rollsBack === true || !commitsFirst(watch, text))
  );
};

/** Settles what was open; the journal says it of each statement, so that it can be told after a kill too. */
const close = (watch: Watch, reached: StepState): void => {
  const { state, open, ended } = watch;
  if (open.length === 0 && ended.length === 0) return;
  for (const step of open) {
    state.tally.set(step.id, { state: reached });
    if (reached === 'committed') state.touched.add(step.migration);
  }
  if (reached === 'committed') {
    state.closed.push(...ended);
    watch.kept += open.length;
  }
  state.hooks.record?.({
    event: 'tool-settled',
    state: reached,
    steps: open.map(({ id }) => id),
    migrations: ended,
  });
  watch.open = [];
  watch.ended = [];
};

/** Only what the tool began is recorded as begun. */
const begin = (watch: Watch, migration: string): void => {
  if (watch.began.has(migration)) return;
  watch.began.add(migration);
  for (const batch of watch.batches.filter((one) => one.migration === migration)) {
    const { id, transactional } = batch;
    watch.state.hooks.record?.({ event: 'batch-started', batch: id, migration, transactional, by: 'tool' });
  }
};

/** What a tool's channel does not carry. */
const NO_PLACE = { position: null, lockTimeout: false, connectionLost: false } as const;

const sends = (watch: Watch, sent: SentStatement): void => {
  const { state } = watch;
  if (isShadow(state))
    refuseOutside(state, { migration: sent.migration, sql: sent.text, file: sent.migration, line: 1 });
  if (!watch.steps.has(sent.migration) || sent.ledger) {
    state.hooks.record?.({ event: 'tool-statement', migration: sent.migration, sql: sent.text });
    return;
  }
  begin(watch, sent.migration);
  const step = stepOf(watch, sent.migration, sent.text);
  watch.current = step;
  const committedBefore = commitsFirst(watch, sent.text) ? state.captured.length : watch.kept;
  state.captured.push({ ...sent, committedBefore, waits: false });
  state.hooks.progress(state.done, Math.max(state.total, state.done + 1), sent.text);
  state.hooks.record?.({ event: 'step-started', step: step.id, sql: sent.text, by: 'tool' });
};

/** Keeps the record of one statement that ended, and says it to the journal. */
const note = (watch: Watch, step: Step, outcome: SentOutcome): void => {
  const { state } = watch;
  const error = outcome.error?.message ?? null;
  state.done += 1;
  state.tally.set(step.id, {
    durationMs: outcome.durationMs ?? 0,
    rows: outcome.rows,
    error,
    ...(outcome.note && { note: outcome.note }),
    ...(error !== null && { state: 'failed' }),
  });
  state.hooks.record?.({
    event: error === null ? 'step-done' : 'step-failed',
    step: step.id,
    rows: outcome.rows,
    error,
    ...(outcome.note && { note: outcome.note }),
  });
};

/** What the failed statement did to those before it: DDL may have committed them, another error of the engine undone them. */
const settleBroken = (watch: Watch, text: string, said: boolean | null): void => {
  if (said !== true && commitsFirst(watch, text)) close(watch, 'committed');
  else if (said === false) close(watch, 'rolled-back');
};

const ends = (watch: Watch, sent: SentStatement, outcome: SentOutcome): void => {
  const { state, current: step } = watch;
  const said = outcome.inTransaction ?? null;
  watch.current = null;
  if (outcome.error) {
    if (step) {
      note(watch, step, outcome);
      watch.failure ??= { ...NO_PLACE, ...outcome.error };
    }
    settleBroken(watch, sent.text, said);
    return;
  }
  const waits = waitsFor(watch, sent.text, said);
  if (step) {
    watch.open.push(step);
    const last = state.captured.pop();
    if (last) state.captured.push({ ...last, waits });
  }
  if (!waits) close(watch, 'committed');
  // After what it settled: a kill between the two records would else leave a commit that the journal does not tell.
  if (step) note(watch, step, outcome);
};

const hooksOf = (watch: Watch): RunHooks => {
  const { state } = watch;
  return {
    signal: state.hooks.signal,
    ahead: isShadow(state),
    onStatement: (sent) => sends(watch, sent),
    onOutcome: (sent, outcome) => ends(watch, sent, outcome),
    onTransaction: (what) => {
      watch.inTransaction = what === 'begin';
      state.hooks.record?.({ event: `tool-${what}` });
      if (what !== 'begin') close(watch, what === 'commit' ? 'committed' : 'rolled-back');
    },
    onMigration: (migration, phase) => {
      if (phase === 'started') begin(watch, migration);
      state.hooks.record?.({ event: `migration-${phase}`, migration });
      if (phase === 'started') return;
      watch.ended.push(migration);
      if (!watch.inTransaction) close(watch, 'committed');
    },
  };
};

const stepsByMigration = (batches: readonly PlannedBatch[]): ReadonlyMap<string, readonly Step[]> => {
  const steps = new Map<string, readonly Step[]>();
  for (const batch of batches)
    steps.set(batch.migration, [...(steps.get(batch.migration) ?? []), ...batch.steps]);
  return steps;
};

/** What was sent and never answered: undone with its transaction, or nobody can tell. */
const settleCurrent = (watch: Watch): void => {
  const { current: step, state } = watch;
  if (!step) return;
  const held = step.waits === true || (state.project.runner?.rollsBack === true && watch.inTransaction);
  if (held) watch.open.push(step);
  else state.tally.set(step.id, { state: 'unknown' });
  if (commitsFirst(watch, step.sql)) close(watch, 'unknown');
};

/** What the tool's run failed with, and in which migration. */
export interface ToolFailed extends Failed {
  /** Null where it had begun none. */
  readonly migration: string | null;
}

const watchOf = (state: State, batches: readonly PlannedBatch[]): Watch => ({
  state,
  batches,
  steps: stepsByMigration(batches),
  passed: new Map(),
  began: new Set(),
  open: [],
  kept: 0,
  ended: [],
  inTransaction: false,
  current: null,
  failure: null,
});

/** How each migration that the tool began ended; of those that it did not begin there is nothing to say. */
const recordEnds = ({ state, batches, began }: Watch, failed: string | null): void => {
  const done = new Set(state.closed);
  for (const { id, migration } of batches) {
    if (!began.has(migration) && !done.has(migration)) continue;
    const undone = migration !== failed || !state.touched.has(migration);
    const event = done.has(migration) ? 'batch-committed' : undone ? 'batch-rolled-back' : 'batch-failed';
    state.hooks.record?.({ event, batch: id, migration });
  }
};

/** Runs the batches' migrations by the tool, and records of each what became of it. What is open when it fails was undone. */
export const runTool = async (state: State, batches: readonly PlannedBatch[]): Promise<ToolFailed | null> => {
  const { runner } = state.project;
  const migrations = [...new Set(batches.map((batch) => batch.migration))].flatMap(
    (id) => state.byId.get(id) ?? [],
  );
  if (!runner) throw new Error('the plan has migrations that only a tool can run, and the source has none');
  const watch = watchOf(state, batches);
  const lend = state.lend ?? ((work: () => Promise<void>) => work());
  try {
    await lend(() => runner.run(migrations, state.session.address, hooksOf(watch)));
    close(watch, 'committed');
    for (const batch of batches) begin(watch, batch.migration);
    state.closed.push(...migrations.map(({ id }) => id).filter((id) => !state.closed.includes(id)));
    recordEnds(watch, null);
    return null;
  } catch (error) {
    const step = watch.current ?? lastFailed(watch, batches);
    settleCurrent(watch);
    close(watch, 'rolled-back');
    const migration = step?.migration ?? [...watch.began].at(-1) ?? null;
    recordEnds(watch, migration);
    const engine = watch.failure ?? state.dialect.explain(error);
    return { step, engine, duringCommit: false, cause: error, migration };
  }
};

const lastFailed = (watch: Watch, batches: readonly PlannedBatch[]): Step | null => {
  const failed = watch.state.tally.records().find((record) => record.state === 'failed');
  if (!failed) return null;
  const planned = batches.flatMap((batch) => batch.steps).find((step) => step.id === failed.id);
  return planned ?? null;
};
