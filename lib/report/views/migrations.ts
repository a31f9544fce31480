// The plan's statements as a person reads them: migration by migration, with file and line. Pure.
import type { Plan, PlannedBatch, Step } from '../../plan/model.ts';
import { clause, count, duration, tableName } from '../words.ts';

/** A document shows this much of one statement; the artifact holds it whole. */
const SHOWN_LINES = 400;
const SHOWN_CHARACTERS = 40_000;

export interface StatementView {
  /** Position in the plan, from 1. */
  readonly position: number;
  readonly id: string;
  readonly verb: string;
  readonly file: string;
  readonly line: number;
  /** As far as it is shown. */
  readonly sql: string;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
  /** How much is not shown and where it stands, or ''. */
  readonly cut: string;
  /** The strongest lock, or `none known`. */
  readonly lock: string;
  /** What happens to the tables under it, or ''. */
  readonly effect: string;
  /** What stays of the plan if this statement fails, or '' where nobody said. */
  readonly ifFails: string;
  /** `in a transaction`, `by itself`. */
  readonly transaction: string;
  /** `waits at most 5.0 s for a lock, runs at most 30.0 s`, or '' where that is said once for the plan. */
  readonly limits: string;
  /** Why its text cannot be analysed, or ''. */
  readonly opaque: string;
}

export interface MigrationView {
  readonly name: string;
  /** `prisma/migrations/1_init/migration.sql`. */
  readonly files: readonly string[];
  /** `3 statements in one transaction`. */
  readonly summary: string;
  readonly atomic: boolean;
  readonly because: string;
  readonly statements: readonly StatementView[];
}

const shownSql = (step: Step): { readonly sql: string; readonly cut: string } => {
  const lines = step.sql.replaceAll('\r\n', '\n').split('\n');
  const kept = lines.slice(0, SHOWN_LINES).join('\n');
  const sql = kept.slice(0, SHOWN_CHARACTERS);
  if (lines.length <= SHOWN_LINES && sql.length === kept.length) return { sql, cut: '' };
  const hidden = lines.length - sql.split('\n').length;
  const rest = hidden > 0 ? `${count(hidden, 'more line')}` : 'the rest of a long line';
  return { sql, cut: `${rest} not shown here: see ${step.file}:${step.line}, or the plan's artifact.` };
};

interface Place {
  readonly ifFails: string;
  readonly position: number;
  readonly transactional: boolean;
  readonly limits: string;
}

const statementView = (step: Step, place: Place): StatementView => {
  const { sql, cut } = shownSql(step);
  return {
    position: place.position,
    id: step.id,
    verb: step.verb,
    file: step.file,
    line: step.line,
    sql,
    lines: sql.split('\n').map((text, index) => ({ number: step.line + index, text })),
    cut,
    lock: step.lock ?? 'none known',
    effect: effectsLine(step),
    ifFails: place.ifFails,
    transaction: place.transactional ? 'in a transaction' : 'by itself',
    limits: place.limits,
    opaque: step.opaque ?? '',
  };
};

const WORK: Readonly<Record<string, string>> = {
  rewrite: 'rewrites',
  index: 'builds an index of',
  scan: 'reads all of',
};

/** `rewrites public.orders, reads all of public.users`. */
const effectsLine = (step: Step): string =>
  (step.effects ?? [])
    .flatMap((effect) => {
      const verb = WORK[effect.work];
      return verb === undefined ? [] : [`${verb} ${tableName(effect)}`];
    })
    .join(', ');

const stepsOf = (batches: readonly PlannedBatch[]): Step[] => batches.flatMap((batch) => batch.steps);

/** `3 statements in one transaction, and 1 statement outside of any`. */
const summaryOf = (batches: readonly PlannedBatch[]): string => {
  const sender = batches.some((batch) => batch.by === 'tool') ? '; run by the migration tool itself' : '';
  const together = batches.filter((batch) => batch.transactional && batch.steps.length > 0);
  const inside = stepsOf(together).length;
  const alone = stepsOf(batches).length - inside;
  if (inside + alone === 0) return `no statements: only the ledger is written${sender}`;
  if (inside === 0) return `${count(alone, 'statement')} outside of any transaction${sender}`;
  const grouped = together.length === 1 ? 'in one transaction' : `in ${together.length} transactions`;
  const rest = alone > 0 ? `, and ${count(alone, 'statement')} outside of any` : '';
  return `${count(inside, 'statement')} ${grouped}${rest}${sender}`;
};

/** 0 means no limit. */
const limitsOf = (step: Step): string => {
  const wait =
    step.lockTimeoutMs === 0
      ? 'waits for a lock without a limit'
      : `waits at most ${duration(step.lockTimeoutMs)} for a lock`;
  const run =
    step.statementTimeoutMs === 0
      ? 'runs without a limit'
      : `runs at most ${duration(step.statementTimeoutMs)}`;
  return `${wait}, ${run}`;
};

/** The limits of every statement in one line, or '' where they differ and are said of each. */
export const sharedLimits = (plan: Plan): string => {
  const all = new Set(stepsOf(plan.batches).map(limitsOf));
  return all.size === 1 ? [...all].join('') : '';
};

/** What a failure of a statement leaves behind: `nothing`, `statements 1 to 3`. */
const remains = (plan: Plan, id: string): string => {
  const found = plan.atomicity.failures.find(({ step }) => step === id);
  if (!found) return '';
  const { stays, itself } = found;
  if (stays === null) return 'as the transactions of the file or its tool decide';
  const before = stays === 0 ? 'nothing' : stays === 1 ? 'statement 1' : `statements 1 to ${stays}`;
  return itself ? `${before}, and perhaps a part of its own` : before;
};

/** Every migration of the plan in the order in which it is applied. */
export const migrationViews = (plan: Plan): MigrationView[] => {
  const positions = new Map(stepsOf(plan.batches).map((step, index) => [step.id, index + 1] as const));
  const shared = sharedLimits(plan) !== '';
  const viewOf = (step: Step, transactional: boolean): StatementView =>
    statementView(step, {
      position: positions.get(step.id) ?? 0,
      transactional,
      limits: shared ? '' : limitsOf(step),
      ifFails: remains(plan, step.id),
    });
  return [...new Set(plan.batches.map((batch) => batch.migration))].map((name) => {
    const batches = plan.batches.filter((batch) => batch.migration === name);
    const forecast = plan.atomicity.migrations.find((item) => item.migration === name);
    return {
      name,
      files: [...new Set(stepsOf(batches).map((step) => step.file))],
      summary: summaryOf(batches),
      atomic: forecast?.atomic ?? false,
      because: forecast?.because ?? [...new Set(batches.map((batch) => clause(batch.because)))].join('; '),
      statements: batches.flatMap((batch) => batch.steps.map((step) => viewOf(step, batch.transactional))),
    };
  });
};
