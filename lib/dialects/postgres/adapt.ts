// Other words for a refused statement. PostgreSQL needs none: the server that rehearses and the one that runs speak the
// same language, and what a newer server refuses must be decided by a person.
import type { Adaptation, Session } from '../contract.ts';

/** Always null. */
export const adapt = async (
  _session: Session,
  _statement: string,
  _error: unknown,
): Promise<Adaptation | null> => null;
