// Phase A.3: everything that can be known before a plan is made, asked at the same time, without a statement that writes.

import path from 'node:path';
import { type Run, writeArtifact, writeDocument } from '../audit/index.ts';
import type { CheckContext, Session, Verdict } from '../dialects/contract.ts';
import { DbsyncError, EXIT, messageOf } from '../errors/index.ts';
import { statementsOf } from '../execute/index.ts';
import {
  type CheckResult,
  type ConnectionCheck,
  judgeLedger,
  judgeLedgerForPush,
  workingTree,
} from '../preflight/index.ts';
import { DOCUMENTS, renderConnectionCheck } from '../report/index.ts';
import { hasObjects } from '../schema/index.ts';
import type { LedgerReport } from '../sources/contract.ts';
import { type Context, withTarget } from './context.ts';
import { declareIntent } from './intent.ts';
import { identityVerdict } from './memory.ts';
import type { Outcome } from './outcome.ts';
import { unfinishedRuns } from './run.ts';
import { sourceVerdict } from './source-check.ts';
import { type Located, locate } from './target-ref.ts';
import { isResumed } from './torn.ts';
import type { CheckItem } from './ui.ts';

interface Reached {
  readonly session: Session | null;
  readonly located: Located;
  readonly ledger: Promise<LedgerReport>;
  /** Tables that the pending migrations name; none where the ledger cannot be read. */
  readonly touched: Promise<CheckContext['touched']>;
  /** One check at a time asks the database: a session is one conversation. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A queue: each piece of work starts when the one before it has ended, however it ended. */
const inTurn = (): Reached['turn'] => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
};

const SKIPPED: Verdict = { status: 'skipped', message: 'needs the connection' };

/** A verdict for whatever a check throws: an expected refusal as it is, anything else as a failure of the check. */
const verdictOf = (error: unknown, context: Context): Verdict => {
  if (!(error instanceof DbsyncError))
    return { status: 'failed', code: 'INTERNAL', message: context.redact(messageOf(error)) };
  return { status: 'failed', code: error.code, message: context.redact(error.message), remedy: error.next };
};

const item = (context: Context, id: string, title: string, run: () => Promise<Verdict>): CheckItem => ({
  title,
  run: async () => {
    const startedAt = context.world.now().getTime();
    const verdict = await run().catch((error: unknown) => verdictOf(error, context));
    return { id, title, ...verdict, durationMs: context.world.now().getTime() - startedAt };
  },
});

const connectionVerdict = (context: Context, reached: Reached): Verdict => {
  const { ref } = reached.located;
  const from =
    ref.urlVariable === null
      ? 'the configuration'
      : `${ref.urlVariable} (${context.environment.target.urlOrigin})`;
  if (!reached.session) {
    return {
      status: 'warning',
      message: `${ref.display} does not exist yet and will be created after approval; from ${from}`,
    };
  }
  return { status: 'ok', message: `${ref.product} ${ref.version}, ${ref.display}; from ${from}` };
};

/** The ledger, read and judged; the schema is read only where the ledger says nothing. Throws LEDGER_UNREADABLE. */
export const readLedger = async (context: Context, session: Session | null): Promise<LedgerReport> => {
  const { ledger } = context.project;
  const report = await ledger.read(session, { targetHasObjects: false });
  if (!session || report.entries.length > 0) return report;
  const snapshot = await context.dialect.inspect(session, context.inspect);
  return hasObjects(snapshot) ? ledger.read(session, { targetHasObjects: true }) : report;
};

const ledgerVerdict = (context: Context, ledger: LedgerReport): Verdict => {
  const { strategy, accept = [] } = context.options;
  if (strategy !== 'push') {
    const problems = ledger.problems.filter((problem) => !isResumed(context, problem));
    return judgeLedger({ ...ledger, problems }, context.environment.name);
  }
  return judgeLedgerForPush(
    ledger,
    accept.map((item) => item.code),
  );
};

const unfinishedVerdict = (context: Context): Verdict => {
  const [run] = unfinishedRuns(context);
  if (!run) return { status: 'ok', message: 'no run was left unfinished' };
  return {
    status: 'failed',
    code: 'UNFINISHED_RUN',
    message: `the run "${run.task}" was interrupted while it wrote`,
    remedy: [`$ npx zx tasks/recover.ts --env ${context.environment.name} --task ${run.task}`],
  };
};

/** Tables that the pending migrations name, as far as their text tells. */
const touchedTables = (context: Context, pending: readonly string[]): CheckContext['touched'] =>
  context.project.migrations
    .filter((migration) => pending.includes(migration.id))
    .flatMap((migration) => statementsOf(context.dialect, migration))
    .flatMap((statement) => context.dialect.classify(statement).tables);

const dialectItems = (context: Context, reach: Promise<Reached>): CheckItem[] =>
  context.dialect.checks.map((check) =>
    item(context, check.id, check.title, async () => {
      const reached = await reach.catch(() => null);
      const ask = reached?.turn ?? ((work: () => Promise<Verdict>) => work());
      const about = {
        address: context.address,
        session: reached?.session ?? null,
        identity: reached?.located.identity ?? null,
        timeouts: context.environment.target.timeouts,
        create: context.environment.target.create,
        root: context.loaded.project,
        touched: (await reached?.touched) ?? [],
        toolLock: context.project.ledger.toolLock,
      };
      return ask(() => check.run(about));
    }),
  );

const items = (context: Context, reach: Promise<Reached>): CheckItem[] => {
  const reached = (work: (found: Reached) => Promise<Verdict> | Verdict) => async (): Promise<Verdict> => {
    const found = await reach.catch(() => null);
    return found ? work(found) : SKIPPED;
  };
  const { detection } = context;
  const files = [detection.schema, detection.migrations].map((file) => path.resolve(detection.root, file));
  return [
    item(context, 'config', 'Configuration', async () => ({ status: 'ok', message: context.loaded.file })),
    item(context, 'source', 'Source of truth', async () => sourceVerdict(context)),
    item(context, 'connection', 'Connection', async () => connectionVerdict(context, await reach)),
    item(
      context,
      'identity',
      'Identity',
      reached(async ({ session, located, turn }) =>
        session
          ? turn(() => identityVerdict(context, session, located.ref.identity))
          : { status: 'skipped', message: 'nothing to compare before the database exists' },
      ),
    ),
    item(
      context,
      'ledger',
      'Ledger',
      reached(async (found) => ledgerVerdict(context, await found.ledger)),
    ),
    item(context, 'unfinished', 'Earlier runs', async () => unfinishedVerdict(context)),
    ...dialectItems(context, reach),
    item(context, 'working-tree', 'Working tree', () => workingTree(detection.root, files)),
  ];
};

const outcomeOf = (checks: readonly CheckResult[]): ConnectionCheck['outcome'] => {
  if (checks.some((check) => check.status === 'failed')) return 'failed';
  return checks.some((check) => check.status === 'warning') ? 'passed-with-warnings' : 'passed';
};

/** Reaches the target once for all checks; the connection stays open until the last of them is done. */
const runChecks = async (
  context: Context,
): Promise<{ checks: readonly CheckResult[]; target: Reached['located']['ref'] | null }> => {
  let release = (): void => {};
  const finished = new Promise<void>((resolve) => {
    release = resolve;
  });
  let open: Promise<void> = Promise.resolve();
  const reach = new Promise<Reached>((resolve, reject) => {
    open = withTarget(context, async (session) => {
      const located = await locate(context, session);
      const turn = inTurn();
      const ledger = turn(() => readLedger(context, session));
      ledger.catch(() => {});
      const touched = ledger.then(
        (report) => touchedTables(context, report.pending),
        () => [],
      );
      resolve({ session, located, ledger, touched, turn });
      await finished;
    }).catch(reject);
  });
  reach.catch(() => {});
  try {
    const checks = await context.world.ui.checks(items(context, reach));
    const reached = await reach.catch(() => null);
    return { checks, target: reached?.located.ref ?? null };
  } finally {
    release();
    await open;
  }
};

/** Runs every check and writes `00-connection-check.md`. */
export const checkConnection = async (context: Context, run: Run): Promise<ConnectionCheck> => {
  const { checks, target } = await runChecks(context);
  const { environment, address, redact, world } = context;
  const body: ConnectionCheck = {
    target,
    display: address.display,
    environment: environment.name,
    urlVariable: environment.target.urlVariable,
    urlOrigin: environment.target.urlOrigin,
    checks,
    outcome: outcomeOf(checks),
  };
  const stored = writeArtifact(run, {
    kind: 'connection-check',
    previous: null,
    body,
    at: world.now(),
    redact,
  });
  writeDocument(
    path.join(run.folder, DOCUMENTS.connectionCheck),
    redact(renderConnectionCheck(stored.artifact)),
  );
  return stored.artifact.body;
};

/** Throws PREFLIGHT_FAILED with every check that failed and its remedy. */
export const demandPassed = (check: ConnectionCheck, run: Run): void => {
  const failed = check.checks.filter((result) => result.status === 'failed');
  const [first] = failed;
  if (!first) return;
  // Where the target cannot be reached, every other failure follows from that.
  const cause = failed.length === 1 ? first : failed.find((result) => result.id === 'connection');
  throw new DbsyncError(cause?.code ?? 'PREFLIGHT_FAILED', {
    summary:
      failed.length === 1
        ? `${first.title}: ${first.message}`
        : `${failed.length} checks failed:\n${failed.map((result) => `  ${result.title}: ${result.message}`).join('\n')}`,
    why: 'Nothing is planned for a database that is not in order. Nothing was written to the target.',
    next: [...new Set(failed.flatMap((result) => result.remedy ?? []))],
    details: {
      failed: failed.map(({ id, code, message }) => ({ id, code, message })),
      report: path.join(run.folder, DOCUMENTS.connectionCheck),
    },
  });
};

/** The phase by itself. */
export const preflight = async (context: Context): Promise<Outcome> => {
  const { run } = await declareIntent(context);
  const body = await checkConnection(context, run);
  const exitCode = body.outcome === 'failed' ? EXIT.precondition : EXIT.done;
  return {
    exitCode,
    kind: 'preflight',
    data: { ...body, report: path.join(run.folder, DOCUMENTS.connectionCheck) },
  };
};
