// Where an environment stands: target, ledger, runs. Read-only and quick: no shadow database, no plan.
import { hasArtifact } from '../audit/index.ts';
import { EXIT } from '../errors/index.ts';
import { type Context, withTarget } from './context.ts';
import { identityVerdict, knownIdentity } from './memory.ts';
import type { Outcome } from './outcome.ts';
import { readLedger } from './preflight.ts';
import { runsOf, unfinishedRuns } from './run.ts';
import { locate } from './target-ref.ts';

const MAX_RUNS = 5;

/** The phase by itself; with `--exit-code`, 2 where something is pending. */
export const status = (context: Context): Promise<Outcome> =>
  withTarget(context, async (session) => {
    const { ref } = await locate(context, session);
    const ledger = await readLedger(context, session);
    const identity = session && (await identityVerdict(context, session, ref.identity));
    const runs = runsOf(context)
      .slice(0, MAX_RUNS)
      .map((run) => ({
        task: run.task,
        planned: hasArtifact(run, 'plan'),
        applied: hasArtifact(run, 'execution'),
        verified: hasArtifact(run, 'verification'),
      }));
    const data = {
      target: ref,
      exists: session !== null,
      source: context.project.title,
      remembered: knownIdentity(context),
      identity,
      ledger,
      runs,
      unfinished: unfinishedRuns(context).map((run) => run.task),
    };
    const blocking =
      identity?.status === 'failed' ||
      ledger.problems.some((problem) => problem.weight === 'blocking') ||
      data.unfinished.length > 0;
    return {
      exitCode: blocking ? EXIT.precondition : EXIT.done,
      kind: 'status',
      changes: ledger.pending.length > 0,
      data,
    };
  });
