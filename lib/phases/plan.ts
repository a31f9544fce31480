// Phase A.5: the plan. Measured on a shadow, weighed with questions to the live data, written down; nothing is sent to the target.
import path from 'node:path';
import { dropArtifacts, type Run, type Stored, writeArtifact, writeDocument } from '../audit/index.ts';
import type { Session } from '../dialects/contract.ts';
import { EXIT } from '../errors/index.ts';
import { handOver } from '../execute/index.ts';
import { statedPace } from '../pace/index.ts';
import {
  collectHazards,
  driftReport,
  forecastAtomicity,
  forecastLocks,
  isNoop,
  type Plan,
  rollbackOf,
  type SourceRef,
} from '../plan/index.ts';
import { DOCUMENTS, renderDrift } from '../report/index.ts';
import { applyPolicy, type InlineAcceptance, inlineAcceptances, needsAcceptance } from '../risk/index.ts';
import { fingerprint, type Hash, type Snapshot } from '../schema/index.ts';
import { type Analysis, analyze, driftOf, touchedTables } from './analysis.ts';
import { type Context, withTarget } from './context.ts';
import { writePlanDocument } from './documents.ts';
import { draft } from './draft.ts';
import { declareIntent } from './intent.ts';
import type { Intent } from './intent-model.ts';
import { demandRemembered } from './memory.ts';
import type { Outcome } from './outcome.ts';
import { refusePlan } from './refuse.ts';
import { keepMemory } from './remembered.ts';
import type { Hold } from './select.ts';
import { paceOf, weigh } from './weigh.ts';

/** A plan that was made, with the snapshots that it leads from and to. */
export interface Made {
  readonly run: Run;
  readonly plan: Stored<'plan', Plan>;
}

const sourceRef = (context: Context, analysis: Analysis): SourceRef => ({
  source: context.detection.source,
  title: context.project.title,
  version: context.detection.version,
  applied: analysis.ledger.applied.at(-1) ?? null,
  wanted: analysis.migrations.at(-1)?.id ?? analysis.ledger.applied.at(-1) ?? null,
  filesHash: context.project.filesHash,
});

/** What the planned migrations accept in their own comments, and what only looks like it. */
const inlineOf = (
  context: Context,
  analysis: Analysis,
): { readonly acceptances: readonly InlineAcceptance[]; readonly notes: readonly string[] } => {
  const read = analysis.migrations.map(({ id, file, sql }) =>
    inlineAcceptances({ migration: id, file, text: sql ?? '' }, context.dialect.scan),
  );
  const problems = read.flatMap((item) => item.problems);
  return {
    acceptances: read.flatMap((item) => item.acceptances),
    notes: problems.map(
      (item) => `${item.file}:${item.line}: a dbsync:accept comment accepts nothing. ${item.message}`,
    ),
  };
};

const resumedNotes = ({ resumed }: Analysis): readonly string[] =>
  resumed
    ? [
        `${resumed.migration.id} was begun by an earlier run and goes on here (${resumed.note}); what it did before is proven by the live schema, and by the journal where there is one.`,
      ]
    : [];

const buildPlan = async (
  context: Context,
  session: Session | null,
  analysis: Analysis,
  intent: Intent,
): Promise<Plan> => {
  const { dialect, environment, project } = context;
  const drift = driftReport(
    driftOf(analysis),
    analysis.change,
    analysis.recorded ? [] : analysis.prediction.caveats,
  );
  const atomicity = forecastAtomicity(analysis.batches);
  const tables = session ? await dialect.measure(session, touchedTables(context, analysis)) : [];
  const pace = session
    ? await paceOf(context, session, { analysis, sizes: tables })
    : statedPace('there is no database yet');
  const collected = collectHazards({
    dialect,
    identity: analysis.located.identity,
    migrations: analysis.migrations,
    batches: analysis.batches,
    change: analysis.change,
    before: analysis.actual,
    after: analysis.predicted,
    sizes: tables,
    ledger: analysis.ledger,
    drift,
    atomicity,
  });
  const hazards = await weigh(context, session, collected);
  const inline = inlineOf(context, analysis);
  const decisions = applyPolicy(hazards, {
    rules: environment.policy,
    inline: inline.acceptances,
    inlineAllowed: environment.inlineAcceptance,
  });
  return {
    target: analysis.located.ref,
    source: sourceRef(context, analysis),
    strategy: intent.strategy,
    reason: intent.reason,
    createsDatabase: session === null,
    from: fingerprint(analysis.actual),
    predicted: fingerprint(analysis.predicted),
    prediction: analysis.prediction,
    replayed: analysis.replayed,
    ledger: analysis.ledger.state,
    ledgerReport: analysis.ledger,
    drift,
    change: analysis.change,
    // Weighed as they are sent; who sends them is the configuration's choice. Push is no tool's own run, and no tool begins in the
    // middle of a migration.
    batches:
      environment.executor === 'tool' && intent.strategy === 'migrate' && !analysis.resumed
        ? handOver(analysis.batches)
        : analysis.batches,
    held: analysis.held,
    hazards,
    decisions,
    tables,
    locks: forecastLocks({
      batches: analysis.batches,
      sizes: tables,
      pace,
      before: analysis.actual,
      lockExcludesWriters: dialect.facts.lockExcludesWriters ?? false,
    }),
    pace,
    atomicity,
    rollback: rollbackOf(dialect, analysis.byMigration),
    backupRequired: hazards.some((hazard) => hazard.severity === 'destructive' && needsAcceptance(hazard)),
    uncovered: analysis.coverage.uncovered,
    ...(analysis.coverageOf !== null && { uncoveredOf: analysis.coverageOf }),
    ...(analysis.coverage.because !== null && { uncoveredBecause: analysis.coverage.because }),
    notes: [...resumedNotes(analysis), ...project.notes, ...inline.notes],
    timeouts: environment.target.timeouts,
  };
};

interface Stage {
  readonly run: Run;
  readonly previous: Hash;
  readonly analysis: Analysis;
}

const storeSnapshot = (
  { redact, world }: Context,
  stage: Stage,
  kind: 'snapshot-before' | 'snapshot-predicted',
  body: Snapshot,
): Hash => writeArtifact(stage.run, { kind, previous: stage.previous, body, at: world.now(), redact }).hash;

const storeDrift = (context: Context, stage: Stage, plan: Plan): Hash => {
  const { redact, world } = context;
  const drift = writeArtifact(stage.run, {
    kind: 'drift',
    previous: stage.previous,
    body: plan.drift,
    at: world.now(),
    redact,
  });
  const { target, source, change, uncovered, uncoveredBecause } = plan;
  const document = {
    drift: drift.artifact,
    target,
    source,
    ledger: plan.ledgerReport,
    change,
    uncovered,
    uncoveredBecause,
  };
  writeDocument(path.join(stage.run.folder, DOCUMENTS.drift), redact(renderDrift(document)));
  return drift.hash;
};

/** The first planned migration that destroys something; everything where a destructive hazard names no migration. */
const firstDestructive = (analysis: Analysis, plan: Plan): Hold | null => {
  const worst = plan.hazards.filter((hazard) => hazard.severity === 'destructive');
  if (worst.length === 0) return null;
  const ids = analysis.migrations.map((migration) => migration.id);
  const places = worst.map((hazard) => ({ hazard, at: ids.indexOf(hazard.migration ?? '') }));
  const [first] = places.toSorted((a, b) => a.at - b.at);
  const from = ids[Math.max(0, first?.at ?? 0)];
  if (!first || from === undefined) return null;
  const reason = `held back by --hold-back: ${first.hazard.code} on ${first.hazard.subject}`;
  return { from, reason };
};

interface Planned {
  readonly analysis: Analysis;
  readonly body: Plan;
}

/** Measured and weighed; with `--hold-back` a second time, without what destroys and what comes after it. */
const planned = async (context: Context, session: Session | null, intent: Intent): Promise<Planned> => {
  const measured = async (hold: Hold | null): Promise<Planned> => {
    const analysis = await context.world.ui.work('Plan', async (report) => {
      report('replaying the history on a shadow database');
      return analyze(context, session, { strategy: intent.strategy, hold });
    });
    return { analysis, body: await buildPlan(context, session, analysis, intent) };
  };
  const whole = await measured(null);
  if (!context.options.holdBack || intent.strategy === 'push') return whole;
  const hold = firstDestructive(whole.analysis, whole.body);
  return hold ? measured(hold) : whole;
};

/** Makes the plan of one run and writes it down, the drift report with it. Throws IDENTITY_CHANGED and what the analysis throws. */
export const makePlan = async (
  context: Context,
  session: Session | null,
  declared: { readonly run: Run; readonly intent: Stored<'intent', Intent> },
): Promise<Made> => {
  const { redact, world } = context;
  await demandRemembered(context, session);
  const { analysis, body } = await planned(context, session, declared.intent.artifact.body);
  const stage = { run: declared.run, previous: declared.intent.hash, analysis };
  storeSnapshot(context, stage, 'snapshot-before', analysis.actual);
  storeSnapshot(context, stage, 'snapshot-predicted', analysis.predicted);
  const previous = storeDrift(context, stage, body);
  // A rehearsal and an approval are of the plan that was; a new one needs its own.
  dropArtifacts(declared.run, ['memory', 'rehearsal', 'approval']);
  const plan = writeArtifact(declared.run, { kind: 'plan', previous, body, at: world.now(), redact });
  keepMemory(context, declared.run, { plan: plan.hash, memory: analysis.memory });
  writePlanDocument(context, declared.run, plan);
  refusePlan(context, body);
  return { run: declared.run, plan };
};

/** The phase by itself. */
export const plan = async (context: Context): Promise<Outcome> => {
  if (context.options.createOnly) return draft(context);
  const declared = await declareIntent(context);
  const made = await withTarget(context, (session) => makePlan(context, session, declared));
  const changes = !isNoop(made.plan.artifact.body);
  return {
    exitCode: EXIT.done,
    kind: 'plan',
    changes,
    data: { hash: made.plan.hash, task: made.run.task, folder: made.run.folder, ...made.plan.artifact.body },
  };
};

/** Phase A.4 and A.5 in part: what differs, without a plan that could be approved. */
export const diff = async (context: Context): Promise<Outcome> => {
  const outcome = await plan(context);
  return outcome.kind === 'plan' ? { ...outcome, kind: 'diff' } : outcome;
};

/** The snapshot phase: the live schema, as `schema_snapshot.before.json`. */
export const snapshot = async (context: Context): Promise<Outcome> => {
  const { run, intent } = await declareIntent(context);
  const { redact, world, dialect, inspect } = context;
  const body = await withTarget(context, async (session) =>
    session ? dialect.inspect(session, inspect) : { dialect: dialect.name, objects: [] },
  );
  const stored = writeArtifact(run, {
    kind: 'snapshot-before',
    previous: intent.hash,
    body,
    at: world.now(),
    redact,
  });
  return {
    exitCode: EXIT.done,
    kind: 'snapshot',
    data: {
      fingerprint: fingerprint(body),
      task: run.task,
      folder: run.folder,
      snapshot: stored.artifact.body,
    },
  };
};
