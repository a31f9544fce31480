// A torn migration: how far it came, by the journals and by the live schema held against a replay that stops at every statement.
import { type FactsOf, judgeTorn, restsOf, type Told, toldOf, type Verdict } from '../apply/torn.ts';
import { attemptsOf, type Run, readArtifact, readJournal } from '../audit/index.ts';
import type { Session } from '../dialects/contract.ts';
import { DbsyncError } from '../errors/index.ts';
import { batchesOf, execute, type PlannedBatch, partOf, stepNumber } from '../execute/index.ts';
import type { Plan } from '../plan/index.ts';
import {
  type Change,
  type Diff,
  describeChange,
  diffSnapshots,
  isEmpty,
  patchSnapshot,
} from '../schema/index.ts';
import { replay, withShadow } from '../shadow/index.ts';
import type { LedgerEntry, LedgerProblem, Migration } from '../sources/contract.ts';
import type { observe } from './analysis.ts';
import { type Context, shadowRequest } from './context.ts';
import { mayReachOut } from './outside.ts';
import { refusalOf } from './replay-failed.ts';
import { runsOf } from './run.ts';

type Seen = Awaited<ReturnType<typeof observe>>;

/** A torn migration and everything that is known of how far it came. */
export interface Torn {
  readonly migration: Migration;
  readonly batches: readonly PlannedBatch[];
  readonly told: Told | null;
  readonly verdict: Verdict;
  /** How the live schema differs from the replayed one at the nearest statement that the journals allow. */
  readonly nearest: { readonly rest: number; readonly difference: Diff } | null;
}

const MAX_LINES = 12;

/** A resumption that is refused, with its ways out. */
export const refusedResume = (summary: string, next: readonly string[]): DbsyncError =>
  new DbsyncError('RESUME_REFUSED', {
    summary,
    why: 'A migration goes on only behind the statement that is proven to be its last one in the database. Nothing was written to the target.',
    next,
  });

/** The ways out that need a person's hands. */
export const byHand = (context: Context, id: string): readonly string[] => {
  const recover = `$ npx zx tasks/recover.ts --env ${context.environment.name}`;
  return [
    `Finish the rest of it by hand, then: npx zx tasks/recover.ts --env ${context.environment.name} --applied ${id}`,
    `Or take back by hand what it did, or restore the backup, then:`,
    `${recover} --rolled-back ${id}`,
  ];
};

/** `<migration>`, or `<migration>#<n>` where a person says which statement comes next. */
export const parseResume = (text: string): { readonly id: string; readonly next: number | null } => {
  const next = stepNumber(text);
  return next === null ? { id: text, next } : { id: text.slice(0, text.lastIndexOf('#')), next };
};

/** Problems of the ledger that a resumption does not stumble over: its own torn migration. */
export const isResumed = (context: Context, problem: LedgerProblem): boolean => {
  const { resume } = context.options;
  return resume !== undefined && problem.torn === true && problem.migration === parseResume(resume).id;
};

/** What the dialect says of a text. */
export const factsFor =
  (context: Context): FactsOf =>
  (text) =>
    context.dialect.classify({ text, file: '', line: 1, offset: 0, index: 0 });

/** Every run of this environment with its earlier attempts, in the order in which they wrote. */
const inOrder = (context: Context): readonly Run[] => {
  const startOf = (run: Run): string => readJournal(run)[0]?.at ?? '';
  return runsOf(context)
    .flatMap((run) => [...attemptsOf(run), run])
    .filter((run) => startOf(run) !== '')
    .sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
};

/** Drift that was there already when the migration was begun; it is no trace of the migration. */
const driftBefore = (runs: readonly Run[], migration: string): readonly Change[] => {
  for (const run of runs) {
    const plan = readArtifact<Plan>(run, 'plan')?.artifact.body;
    if (plan?.batches.some((batch) => batch.migration === migration))
      return plan.drift.items.map((item) => item.change);
  }
  return [];
};

/** The row's beginning and the journal's record of it come from one clock, but a database may keep whole seconds. */
const SLACK_MS = 1000;

const journalsOf = (context: Context, row: LedgerEntry): readonly Run[] => {
  const from = row.startedAt === null ? Number.NEGATIVE_INFINITY : Date.parse(row.startedAt) - SLACK_MS;
  const within = (run: Run): boolean =>
    readJournal(run).some((record) => record.migration === row.id && Date.parse(record.at) >= from);
  return inOrder(context).filter(within);
};

interface Measured {
  readonly fits: readonly number[];
  readonly nearest: Torn['nearest'];
}

const send = async (
  context: Context,
  session: Session,
  batches: readonly PlannedBatch[],
): Promise<string | null> => {
  const result = await execute({
    dialect: context.dialect,
    session,
    project: context.project,
    batches,
    ledger: false,
    mayReachOut: mayReachOut(context),
    hooks: { progress: () => {}, now: context.world.now, signal: context.world.signal },
  });
  return result.failure?.engine.message ?? null;
};

/** Replays the migration on a shadow database and holds the live schema against every point at which it can have stopped. */
const fitRests = (
  context: Context,
  seen: Seen,
  torn: { batches: readonly PlannedBatch[]; rests: readonly number[]; drift: readonly Change[] },
): Promise<Measured> =>
  withShadow(
    context.dialect,
    shadowRequest(context, 'empty', null, seen.located.identity),
    async ({ session }) => {
      const { dialect, project, environment, world } = context;
      const known = new Set(seen.ledger.applied);
      const { failure } = await replay({
        dialect,
        session,
        project,
        migrations: project.migrations.filter((migration) => known.has(migration.id)),
        timeouts: environment.target.timeouts,
        signal: world.signal,
        now: world.now,
        mayReachOut: mayReachOut(context),
      });
      if (failure)
        throw (
          refusalOf(context, failure) ??
          refusedResume(
            `The history does not replay on an empty database (${failure.migration}: ${context.redact(failure.engine.message)}), so nothing proves how far the migration came.`,
            ['Mend the history so that it replays from nothing.'],
          )
        );
      const fits: number[] = [];
      let nearest: Torn['nearest'] = null;
      let at = 0;
      for (const rest of torn.rests) {
        if (rest > at && (await send(context, session, partOf(torn.batches, { after: at, until: rest }))))
          break;
        at = rest;
        const expected = patchSnapshot(await dialect.inspect(session, context.inspect), {
          changes: torn.drift,
        });
        const difference = diffSnapshots(expected, seen.actual);
        if (isEmpty(difference)) fits.push(rest);
        if (nearest === null || difference.changes.length <= nearest.difference.changes.length)
          nearest = { rest, difference };
      }
      return { fits, nearest };
    },
  );

const openRow = (seen: Seen, id: string): LedgerEntry | null =>
  seen.ledger.entries.findLast((entry) => entry.id === id && entry.state === 'failed') ?? null;

/** Looks how far a torn migration came; changes nothing. Throws RESUME_REFUSED where that cannot be looked at, MIGRATION_UNKNOWN. */
export const examineTorn = async (
  context: Context,
  seen: Seen,
  wanted: { readonly id: string; readonly next: number | null },
): Promise<Torn & { readonly row: LedgerEntry }> => {
  const migration = context.project.migrations.find((item) => item.id === wanted.id);
  const row = openRow(seen, wanted.id);
  if (!migration || !row) {
    throw new DbsyncError('MIGRATION_UNKNOWN', {
      summary: migration
        ? `The ledger does not say that "${wanted.id}" was begun and not finished.`
        : `The project has no migration called "${wanted.id}".`,
      next: [`$ npx zx tasks/status.ts --env ${context.environment.name}`],
    });
  }
  if (migration.sql === null || !context.project.ledger.writer.resumed)
    throw refusedResume(
      `"${wanted.id}" is run by the migration tool itself, which has no way to begin in its middle.`,
      byHand(context, wanted.id),
    );
  const batches = batchesOf(context.dialect, migration, context.environment.target.timeouts);
  const factsOf = factsFor(context);
  const runs = journalsOf(context, row);
  const told = toldOf(runs.flatMap(readJournal), migration.id);
  // What closes the ledger's row in its own transaction is not in the database while the row is open, if dbsync sent it.
  const closing = told !== null && batches.at(-1)?.transactional === true;
  const rests = closing ? restsOf(batches, factsOf).slice(0, -1) : restsOf(batches, factsOf);
  const measured = await fitRests(context, seen, { batches, rests, drift: driftBefore(runs, migration.id) });
  const chosen = wanted.next === null ? null : wanted.next - 1;
  const verdict = judgeTorn({ batches, factsOf, told, fits: measured.fits, chosen });
  return { migration, batches, told, verdict, nearest: measured.nearest, row };
};

const differenceLines = (torn: Torn): string =>
  (torn.nearest?.difference.changes ?? [])
    .slice(0, MAX_LINES)
    .map((change) => `\n  ${describeChange(change)}`)
    .join('');

/** Why a torn migration cannot go on by itself, and what can be done. */
export const refuseTorn = (context: Context, torn: Torn): DbsyncError => {
  const { id } = torn.migration;
  if ('ambiguous' in torn.verdict) {
    const recover = `$ npx zx tasks/recover.ts --env ${context.environment.name} --resume`;
    const steps = torn.verdict.ambiguous.map((done) => done + 1);
    return refusedResume(
      `"${id}" goes on at statement ${steps.join(' or ')}: the schema is the same before and after, and the journal does not say. The data can tell.`,
      [
        'Look at the rows that the statements in question change, then name the statement that comes next:',
        ...steps.map((step) => `${recover} '${id}#${step}'`),
      ],
    );
  }
  const where =
    torn.nearest === null
      ? ''
      : ` It comes nearest to the one behind statement ${torn.nearest.rest}; what differs:${differenceLines(torn)}`;
  return refusedResume(
    `The live schema is not the one behind any statement of "${id}" that the journal allows.${where}`,
    [
      'If a statement left only a part of its work, or somebody worked by hand: bring the schema to the one before or behind that statement, then try again.',
      'What a failed statement leaves of itself (an invalid index, for one) is named here, with the statement that removes it:',
      `$ npx zx tasks/preflight.ts --env ${context.environment.name}`,
      ...byHand(context, id),
    ],
  );
};
