// What only the migration tool knew before it ran: its statements and its transactions, as captured on a shadow database.
import type { Captured, ExecuteResult, PlannedBatch, Step } from '../execute/index.ts';
import type { Context } from './context.ts';

const stepOf =
  (context: Context, migration: string) =>
  (item: Captured, index: number): Step => {
    const { lockMs, statementMs } = context.environment.target.timeouts;
    const place = { file: migration, line: index + 1 };
    const facts = context.dialect.classify({ text: item.text, ...place, offset: 0, index });
    return {
      id: `${migration}#${index + 1}`,
      migration,
      sql: item.text,
      ...place,
      verb: facts.verb,
      transactional: facts.transactional,
      ...(facts.lock !== undefined && { lock: facts.lock }),
      ...(facts.opaque !== undefined && { opaque: facts.opaque }),
      lockTimeoutMs: lockMs,
      statementTimeoutMs: statementMs,
      committedBefore: item.committedBefore,
      ...(item.waits && { waits: true }),
    };
  };

/** The steps wait for one commit, and nothing of the plan is committed between them. */
const isWhole = (steps: readonly Step[]): boolean =>
  steps.length > 0 &&
  steps.every((step) => step.waits === true && step.committedBefore === steps[0]?.committedBefore);

const because = (steps: readonly Step[], together: boolean): string => {
  if (steps.length === 0) return 'the migration tool runs it, and it sends no statement of its own';
  if (together) return 'the migration tool runs the whole plan in one transaction';
  if (isWhole(steps)) return 'the migration tool runs it in a transaction of its own';
  return 'the migration tool runs it, and not all of its statements wait for one commit';
};

/** The batches of the tool with the statements that it sent on the shadow database, and the transactions that held them there. */
export const fillCaptured = (
  batches: readonly PlannedBatch[],
  results: readonly ExecuteResult[],
  context: Context,
): readonly PlannedBatch[] => {
  const captured = results.flatMap((result) => result.captured);
  const filled = batches.map((batch) => {
    if (batch.by !== 'tool') return batch;
    const own = captured.filter((item) => item.migration === batch.migration);
    return { ...batch, steps: own.map(stepOf(context, batch.migration)) };
  });
  const sent = filled.filter((batch) => batch.by === 'tool' && batch.steps.length > 0);
  const together = sent.length > 1 && isWhole(sent.flatMap((batch) => batch.steps));
  return filled.map((batch) =>
    batch.by === 'tool'
      ? { ...batch, transactional: isWhole(batch.steps), because: because(batch.steps, together) }
      : batch,
  );
};
