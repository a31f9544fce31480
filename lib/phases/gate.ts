// Whether the world is still the one that a plan was made for: looked at again before it is rehearsed and before it is applied.
import { type Found, passGate } from '../apply/gate.ts';
import { readArtifact } from '../audit/index.ts';
import type { Session } from '../dialects/contract.ts';
import { diffSnapshots, fingerprint, type Snapshot } from '../schema/index.ts';
import { observe } from './analysis.ts';
import type { Context } from './context.ts';
import type { Made } from './plan.ts';
import { ABSENT } from './target-ref.ts';

/** Compares target, ledger and files with the plan's, and gives the schema that was found. Throws PLAN_STALE. */
export const demandFresh = async (
  context: Context,
  session: Session | null,
  made: Made,
): Promise<Snapshot> => {
  const plan = made.plan.artifact.body;
  const seen = await observe(context, session);
  const before = readArtifact<Snapshot>(made.run, 'snapshot-before')?.artifact.body ?? null;
  // As long as it is not made, there is nothing to compare but that.
  const actual = session || !plan.createsDatabase || !before ? seen.actual : before;
  const found: Found = {
    identity: plan.createsDatabase ? ABSENT : seen.located.ref.identity,
    instance: plan.createsDatabase ? ABSENT : seen.located.ref.instance,
    fingerprint: fingerprint(actual),
    difference: before && fingerprint(before) === plan.from ? diffSnapshots(before, actual) : null,
    ledger: seen.ledger.state,
    applied: seen.ledger.applied,
    filesHash: context.project.filesHash,
  };
  passGate(plan, found, made.run.task);
  return actual;
};
