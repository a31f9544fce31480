// Removes every object of a database that dbsync filled itself, and nothing else's. Asks for no privilege beyond those to drop them.
import type { Session } from '../../contract.ts';
import { literal, quote } from '../quote.ts';

/** Words of DROP by what information_schema calls the thing. */
const DROP_WORDS: Readonly<Record<string, string>> = {
  'BASE TABLE': 'TABLE',
  'SYSTEM VERSIONED': 'TABLE',
  VIEW: 'VIEW',
  SEQUENCE: 'SEQUENCE',
  EVENT: 'EVENT',
  PROCEDURE: 'PROCEDURE',
  FUNCTION: 'FUNCTION',
  PACKAGE: 'PACKAGE',
};

const things = async (session: Session): Promise<readonly (readonly [string, string])[]> => {
  const [row] = await session.query('SELECT DATABASE() AS db');
  const schema = literal(String(row?.db));
  const { rows } = await session.raw(
    `SELECT EVENT_NAME, 'EVENT' FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${schema}
     UNION ALL SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema}
     UNION ALL SELECT ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${schema}`,
  );
  return rows.map((found) => [String(found[0]), String(found[1])] as const);
};

/** Drops events, views, tables, sequences and routines. Only ever called on a database that was proven empty before. */
export const emptyDatabase = async (session: Session): Promise<void> => {
  await session.execute('SET SESSION foreign_key_checks = 0');
  for (const [name, type] of await things(session)) {
    const word = Object.hasOwn(DROP_WORDS, type) ? DROP_WORDS[type] : undefined;
    if (word) await session.execute(`DROP ${word} IF EXISTS ${quote(name)}`);
  }
  await session.execute('SET SESSION foreign_key_checks = 1');
};
