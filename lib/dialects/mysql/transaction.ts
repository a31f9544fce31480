// Begins, commits and rolls back what a batch says. Knows no statements of its own beyond that.
import type { Batch, Session } from '../contract.ts';

/** Begins a transaction for a transactional batch; others are sent statement by statement. */
export const begin = async (session: Session, batch: Batch): Promise<void> => {
  if (batch.transactional) await session.execute('START TRANSACTION');
};

export const commit = async (session: Session, batch: Batch): Promise<void> => {
  if (batch.transactional) await session.execute('COMMIT');
};

/** Also for a batch that is not transactional: what an own BEGIN of the file left open must not stay open. */
export const rollback = async (session: Session, _batch: Batch): Promise<void> => {
  await session.execute('ROLLBACK');
};
