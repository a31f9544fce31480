// The migrations' own way back, tried on the replica after the plan went through there. Never runs on a target.
import { DbsyncError } from '../errors/index.ts';
import { refuseOutside } from '../execute/index.ts';
import type { Plan } from '../plan/index.ts';
import type { WayBack } from '../rehearse/model.ts';
import { diffSnapshots, isEmpty, type Snapshot } from '../schema/index.ts';
import type { OpenShadow } from '../shadow/index.ts';
import type { SentStatement } from '../sources/contract.ts';
import type { Context } from './context.ts';
import { mayReachOut } from './outside.ts';

const failed = (failure: string): WayBack => ({ outcome: 'failed', difference: null, failure });

/** Undoes the plan on the replica by the migrations' own code and compares with the schema from before. */
export const tryWayBack = async (
  context: Context,
  { session }: OpenShadow,
  plan: Plan,
  before: Snapshot,
): Promise<WayBack | null> => {
  const { runner } = context.project;
  const ids = new Set(plan.batches.map((batch) => batch.migration));
  const planned = context.project.migrations.filter((migration) => ids.has(migration.id));
  if (!runner?.undo || plan.strategy === 'push' || planned.length === 0) return null;
  if (planned.some((migration) => migration.sql !== null)) return null;
  const accepted = mayReachOut(context);
  const hooks = {
    onStatement: ({ migration, text }: SentStatement) =>
      refuseOutside(
        { dialect: context.dialect, mayReachOut: accepted, session },
        { migration, sql: text, file: migration, line: 1 },
      ),
    ahead: true,
    signal: context.world.signal,
  };
  try {
    const ran = await runner.undo(planned, session.address, hooks);
    if (!ran) return { outcome: 'missing', difference: null, failure: null };
  } catch (error) {
    if (!(error instanceof DbsyncError) || error.code === 'INTERRUPTED') throw error;
    return failed(context.redact(error.message));
  }
  const difference = diffSnapshots(before, await context.dialect.inspect(session, context.inspect));
  return { outcome: isEmpty(difference) ? 'returns' : 'differs', difference, failure: null };
};
