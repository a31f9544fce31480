// What the database knows of a failed statement and the server's words leave out. It only reads.
import type { Session } from '../contract.ts';
import { driverError } from './explain.ts';
import { quote } from './quote.ts';

/**
 * The table that the server did not find: 1051 unknown table, 1146 no such table, 1824 no such referenced table (MySQL's Error Message
 * Reference; MariaDB has the first two). The name may have its schema in front.
 */
const NOT_FOUND: ReadonlySet<number> = new Set([1051, 1146, 1824]);
const NAMED = /'(?:[^'.]+\.)?([^'.]+)'/;

/**
 * A table that is there in other letters: such a history was written on a server that does not tell names by their case
 * (`lower_case_table_names` 1 or 2, the presets of Windows and macOS; MySQL manual, "Identifier Case Sensitivity"). Null where the
 * failure is another one.
 */
export const diagnose = async (session: Session, error: unknown): Promise<string | null> => {
  const { errno, message } = driverError(error);
  const name = errno !== null && NOT_FOUND.has(errno) ? NAMED.exec(message)?.[1] : undefined;
  if (name === undefined) return null;
  const [found] = await session.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = DATABASE() AND LOWER(TABLE_NAME) = LOWER(?) AND BINARY TABLE_NAME <> ?`,
    [name, name],
  );
  if (!found) return null;
  const there = quote(String(found.name));
  return `The table is there as ${there}: this server tells names by their case (lower_case_table_names = 0), and the statement was written on one that does not. Write ${there}, as long as the migration is not applied anywhere; or use a server that was set up with lower_case_table_names = 1.`;
};
