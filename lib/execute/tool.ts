// Runs migrations that only their tool can run, all of a plan's in one go, and keeps the same records as for our own statements.
import type { PlannedBatch, Step, StepState } from './model.ts';
import type { Failed, State } from './state.ts';

/** What is known of the tool's run so far. */
interface Watch {
  readonly state: State;
  readonly batches: ReadonlyMap<string, PlannedBatch>;
  /** How many of each migration's rehearsed statements are passed. */
  readonly passed: Map<string, number>;
  /** Steps of the transaction that is open now. */
  open: string[];
  /** Migrations that ended inside of it. */
  ended: string[];
  inTransaction: boolean;
  current: Step | null;
}

const UNREHEARSED = 'the rehearsal did not send this statement';

/**
 * The rehearsed step with this very text, the next one in order. What depends on data may leave some out or send others, and those
 * become steps of their own: a record never bears the name of another statement.
 */
const stepOf = (watch: Watch, migration: string, text: string): Step => {
  const steps = watch.batches.get(migration)?.steps ?? [];
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

/** An engine that does not undo the tool's statements has committed each as it ended. */
const settled = (watch: Watch): StepState | null =>
  watch.state.project.runner?.rollsBack && watch.inTransaction ? null : 'committed';

const close = (watch: Watch, state: StepState): void => {
  for (const id of watch.open) watch.state.tally.set(id, { state });
  if (state === 'committed') watch.state.closed.push(...watch.ended);
  watch.open = [];
  watch.ended = [];
};

const hooksOf = (watch: Watch): Parameters<NonNullable<State['project']['runner']>['run']>[2] => {
  const { state } = watch;
  return {
    signal: state.hooks.signal,
    onStatement: (sent) => {
      if (!watch.batches.has(sent.migration) || sent.ledger) {
        state.hooks.record({ event: 'tool-statement', migration: sent.migration, sql: sent.text });
        return;
      }
      const step = stepOf(watch, sent.migration, sent.text);
      watch.current = step;
      state.captured.push(sent);
      state.hooks.progress(state.done, Math.max(state.total, state.done + 1), sent.text);
      state.hooks.record({ event: 'step-started', step: step.id, sql: sent.text, by: 'tool' });
    },
    onOutcome: (_sent, outcome) => {
      const step = watch.current;
      watch.current = null;
      if (!step) return;
      state.done += 1;
      const error = outcome.error?.message ?? null;
      const told = error === null ? settled(watch) : 'failed';
      state.tally.set(step.id, {
        durationMs: outcome.durationMs ?? 0,
        rows: outcome.rows,
        error,
        ...(told && { state: told }),
      });
      if (told === null) watch.open.push(step.id);
      if (told === 'committed') state.touched.add(step.migration);
      state.hooks.record({
        event: error === null ? 'step-done' : 'step-failed',
        step: step.id,
        rows: outcome.rows,
        error,
      });
    },
    onTransaction: (what) => {
      watch.inTransaction = what === 'begin';
      if (what !== 'begin') close(watch, what === 'commit' ? 'committed' : 'rolled-back');
      state.hooks.record({ event: `tool-${what}` });
    },
    onMigration: (migration, phase) => {
      state.hooks.record({ event: `migration-${phase}`, migration });
      if (phase === 'finished') watch.ended.push(migration);
    },
  };
};

/** Runs the batches' migrations by the tool. What is still open when it fails was undone, or is committed where nothing is undone. */
export const runTool = async (state: State, batches: readonly PlannedBatch[]): Promise<Failed | null> => {
  const { runner } = state.project;
  const migrations = batches.flatMap((batch) => state.byId.get(batch.migration) ?? []);
  if (!runner) throw new Error('the plan has migrations that only a tool can run, and the source has none');
  const watch: Watch = {
    state,
    batches: new Map(batches.map((batch) => [batch.migration, batch])),
    passed: new Map(),
    open: [],
    ended: [],
    inTransaction: false,
    current: null,
  };
  const lend = state.lend ?? ((work: () => Promise<void>) => work());
  try {
    await lend(() => runner.run(migrations, state.session.address, hooksOf(watch)));
    close(watch, 'committed');
    return null;
  } catch (error) {
    const step = watch.current ?? lastFailed(watch, batches);
    if (watch.current) state.tally.set(watch.current.id, { state: 'unknown' });
    close(watch, runner.rollsBack ? 'rolled-back' : 'committed');
    return { step, engine: state.dialect.explain(error), duringCommit: false, cause: error };
  }
};

const lastFailed = (watch: Watch, batches: readonly PlannedBatch[]): Step | null => {
  const failed = watch.state.tally.records().find((record) => record.state === 'failed');
  if (!failed) return null;
  const planned = batches.flatMap((batch) => batch.steps).find((step) => step.id === failed.id);
  return planned ?? null;
};
