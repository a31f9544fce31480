// Begins, commits and rolls back a batch.
import type { Batch, Session } from '../contract.ts';
import { explain } from './explain.ts';

const LEVELS: ReadonlySet<string> = new Set(['SERIALIZABLE', 'REPEATABLE READ', 'READ COMMITTED']);

/** Opens the batch's transaction; nothing for a batch that cannot have one. */
export const begin = async (session: Session, batch: Batch): Promise<void> => {
  if (!batch.transactional) return;
  const level = batch.settings.isolation;
  await session.execute(
    typeof level === 'string' && LEVELS.has(level) ? `BEGIN ISOLATION LEVEL ${level}` : 'BEGIN',
  );
};

/**
 * Commits. First every deferred constraint is checked: a violation is then an ordinary error, and in a transaction that
 * failed before, the check fails where COMMIT would answer "ROLLBACK" as if all were well.
 */
export const commit = async (session: Session, batch: Batch): Promise<void> => {
  if (!batch.transactional) return;
  // In one message: where the first fails, the server does not read on to the second.
  await session.execute('SET CONSTRAINTS ALL IMMEDIATE; COMMIT');
};

/** Rolls back, also what a file without a batch transaction left open. A lost connection has rolled back by itself. */
export const rollback = async (session: Session, _batch: Batch): Promise<void> => {
  try {
    await session.execute('ROLLBACK');
  } catch (error) {
    if (!explain(error).connectionLost) throw error;
  }
};
