// Offers other words for statements that this server refuses though it can do what they mean. Knows few cases, each proven safe.
import type { Adaptation, Session } from '../contract.ts';
import { driverError } from './explain.ts';
import { mysqlSession } from './session.ts';

/** The collation of MySQL 8.0's default is unknown to MariaDB before 11.4, and MariaDB's newest are unknown to MySQL. */
const UNKNOWN_COLLATION = 1273;
const PATTERN = /\butf8mb4_0900_ai_ci\b/g;

/**
 * MySQL's `utf8mb4_0900_ai_ci` on a MariaDB server that lacks it becomes `utf8mb4_unicode_520_ci`, the nearest accent- and
 * case-insensitive collation that it has. Nothing else is adapted: other failures mean something.
 */
export const adapt = async (
  session: Session,
  statement: string,
  error: unknown,
): Promise<Adaptation | null> => {
  if (!mysqlSession(session).mariadb || driverError(error).errno !== UNKNOWN_COLLATION) return null;
  const text = statement.replaceAll(PATTERN, 'utf8mb4_unicode_520_ci');
  if (text === statement) return null;
  return {
    text,
    note: 'MariaDB does not know the collation utf8mb4_0900_ai_ci; utf8mb4_unicode_520_ci, its nearest, was used instead.',
  };
};
