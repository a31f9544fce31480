// What a plan asks of the live data: the hazards' questions, and how fast a large table is read. Decides nothing.
import type { Dialect, Session, TableSize } from '../dialects/contract.ts';
import { measurePace, type Pace } from '../pace/index.ts';
import { largestWorked } from '../plan/index.ts';
import { type Ask, answerProbes, type Hazard } from '../risk/index.ts';
import { withShadow } from '../shadow/index.ts';
import type { Analysis } from './analysis.ts';
import { type Context, shadowRequest } from './context.ts';

/**
 * Asks one question of the live data, unless it would run more than a computation: a CHECK, an index or a generated column that the plan
 * makes may call any function, and nobody has agreed to it yet.
 */
export const asker =
  (dialect: Dialect, session: Session): Ask =>
  async (sql) => {
    const [effect] = (await dialect.sideEffects?.(session, sql)) ?? [];
    if (effect !== undefined) throw new Error(`it would run ${effect}, which may do more than compute`);
    return (await session.raw(sql)).rows;
  };

/** Answers the hazards' questions from the live data, each in bounded time. */
export const weigh = async (
  context: Context,
  session: Session | null,
  hazards: readonly Hazard[],
): Promise<readonly Hazard[]> => {
  if (!session) return hazards;
  await session.limit({ statementMs: context.environment.target.timeouts.probeMs });
  return (await answerProbes(hazards, asker(context.dialect, session))).hazards;
};

/** How fast the plan's work goes; measured where a table is large. */
export const paceOf = (
  context: Context,
  session: Session,
  { analysis, sizes }: { readonly analysis: Analysis; readonly sizes: readonly TableSize[] },
): Promise<Pace> => {
  const { dialect, environment, world, redact } = context;
  return measurePace({
    dialect,
    session,
    table: largestWorked(analysis.batches, sizes),
    timeouts: environment.target.timeouts,
    now: world.now,
    withShadow: (work) =>
      withShadow(dialect, shadowRequest(context, 'empty', session, analysis.located.identity), (open) =>
        work(open.session, redact(open.shadow.description)),
      ),
  });
};
