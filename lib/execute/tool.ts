// Runs migrations that only their tool can run, all of a plan's in one go, and keeps the same records as for our own statements.
import type { PlannedBatch, Step, StepState } from './model.ts';
import type { Failed, State } from './state.ts';

/** What is known of the tool's run so far. */
interface Watch {
  readonly state: State;
  readonly batches: ReadonlyMap<string, PlannedBatch>;
  /** How many statements of each migration were sent. */
  readonly sent: Map<string, number>;
  /** Steps of the transaction that is open now. */
  open: string[];
  /** Migrations that ended inside of it. */
  ended: string[];
  inTransaction: boolean;
  current: Step | null;
}

const stepOf = (watch: Watch, migration: string, text: string): Step => {
  const index = watch.sent.get(migration) ?? 0;
  watch.sent.set(migration, index + 1);
  const planned = watch.batches.get(migration)?.steps[index];
  if (planned) return planned;
  const step = {
    id: `${migration}#${index + 1}`,
    migration,
    sql: text,
    file: migration,
    line: index + 1,
    verb: '',
    transactional: true,
    lockTimeoutMs: 0,
    statementTimeoutMs: 0,
  };
  watch.state.tally.add(step);
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
      // What depends on data may differ from what the shadow showed; the record says so.
      if (step.sql !== sent.text)
        state.tally.set(step.id, { note: `sent in place of the rehearsed statement: ${sent.text}` });
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
    sent: new Map(),
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
    return { step, engine: state.dialect.explain(error), duringCommit: false };
  }
};

const lastFailed = (watch: Watch, batches: readonly PlannedBatch[]): Step | null => {
  const failed = watch.state.tally.records().find((record) => record.state === 'failed');
  if (!failed) return null;
  const planned = batches.flatMap((batch) => batch.steps).find((step) => step.id === failed.id);
  return planned ?? null;
};
