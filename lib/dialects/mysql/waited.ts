// A question that waited in vain for a table's metadata lock: the error names who may hold it. Only asks.
import { DbsyncError } from '../../errors/index.ts';
import type { Session } from '../contract.ts';
import { blockersVerdict } from './checks/blockers.ts';
import { explain } from './explain.ts';

/** Runs a question about a schema. Throws TABLE_LOCKED with who stands in the way where it ended on the lock wait timeout. */
export const orTableLocked = async <T>(
  session: Session,
  schema: string,
  question: () => Promise<T>,
): Promise<T> => {
  try {
    return await question();
  } catch (cause) {
    if (!explain(cause).lockTimeout) throw cause;
    const { message, facts } = await blockersVerdict(session, { schema, tables: [] });
    throw new DbsyncError('TABLE_LOCKED', {
      summary: 'A table could not be read: another session keeps everybody out of it.',
      why: message,
      next: [
        'Wait until that session has let it go (UNLOCK TABLES, or the end of its transaction), then run the same command again.',
        'SHOW FULL PROCESSLIST names every session; KILL and its number ends one that is known to be dead.',
      ],
      details: { sessions: facts?.sessions ?? [] },
    });
  }
};
