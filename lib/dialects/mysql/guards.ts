// What a session refuses to send, whatever the server would say: writes on a read session, and the target's own schema by name on
// a shadow that shares the target's server. The server's read-only transactions are the first wall; this is the second.
import { DbsyncError } from '../../errors/index.ts';
import type { ShadowOf } from './address.ts';
import { isName, type Word, wordsOf } from './scan/words.ts';

/** Statements that only ask, or that end or bound a question. */
const QUESTIONS: ReadonlySet<string> = new Set([
  'SELECT',
  'WITH',
  'TABLE',
  'VALUES',
  'SHOW',
  'EXPLAIN',
  'DESCRIBE',
  'DESC',
  'CHECKSUM',
  'USE',
  'SET',
  'START',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE',
  'DEALLOCATE',
  '(',
]);

/** Words of SET that reach beyond the session, or that lift its read-only transactions. */
const BEYOND =
  /^(GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD|ROLE|RESOURCE|TRANSACTION|TRANSACTION_READ_ONLY|TX_READ_ONLY)$|^@@(GLOBAL|PERSIST)|READ_ONLY$/i;

const changesSomething = (words: readonly Word[]): boolean => {
  const verb = words[0]?.text ?? '';
  if (!QUESTIONS.has(verb)) return true;
  const texts = words.map((word) => word.text);
  if (verb === 'SET') return texts.slice(1).some((text) => BEYOND.test(text));
  if (verb === 'START') return texts.includes('WRITE');
  if (verb === 'EXPLAIN' || verb === 'DESC' || verb === 'DESCRIBE') return texts.includes('ANALYZE');
  return texts.some((text, index) => text === 'INTO' && /^(OUTFILE|DUMPFILE)$/.test(texts[index + 1] ?? ''));
};

/** A SELECT that could write to no file: reading its words, which takes longer than many a question, could find nothing. */
const isPlainlyAsking = (sql: string): boolean => /^\s*SELECT\s/i.test(sql) && !/into/i.test(sql);

/**
 * Throws where a statement on a read session is anything but a question. MySQL's read-only transactions still let ANALYZE,
 * FLUSH, SET GLOBAL, KILL and SELECT INTO OUTFILE pass (proven in tests/unit/mysql-connect.test.ts); this does not.
 */
export const refuseWrites = (sql: string): void => {
  if (isPlainlyAsking(sql)) return;
  const words = wordsOf(sql);
  if (words.length === 0 || !changesSomething(words)) return;
  throw new DbsyncError('INTERNAL', {
    summary: `A read-only session was asked to send ${words[0]?.text ?? 'a statement'}.`,
    why: 'Nothing but questions may reach the target before an approval.',
  });
};

const makesEvent = (words: readonly Word[]): boolean =>
  /^(CREATE|ALTER)$/.test(words[0]?.text ?? '') && words.slice(1, 8).some((word) => word.text === 'EVENT');

/**
 * Throws where a statement names the schema of the target that this shadow stands in for, or would make an event that the target's
 * own scheduler runs.
 */
export const refuseTarget = (sql: string, target: ShadowOf): void => {
  const words = wordsOf(sql);
  if (target.eventsRun && makesEvent(words)) {
    throw new DbsyncError('SHADOW_UNAVAILABLE', {
      summary:
        "A statement would make an event in the shadow database, and the target's server would run it.",
      next: [
        'Let dbsync start a private server (mariadbd or mysqld on this machine), or name a shadowUrl on another server.',
      ],
    });
  }
  const wanted = target.schema.toLowerCase();
  const names = (word: Word | undefined): boolean => isName(word) && word?.value.toLowerCase() === wanted;
  const hit = words.some(
    (word, index) =>
      names(word) &&
      ((words[index + 1]?.text === '.' && words[index - 1]?.text !== '.') ||
        /^(USE|DATABASE|SCHEMA|EXISTS)$/.test(words[index - 1]?.text ?? '')),
  );
  if (!hit) return;
  throw new DbsyncError('SHADOW_IS_TARGET', {
    summary: 'A statement for the shadow database names the target database.',
    why: 'The shadow stands on the same server, so the statement would reach the target itself.',
    next: [
      'Remove the database name from the migration.',
      'Or let dbsync start a private server (mariadbd or mysqld on the PATH), or name a shadowUrl on another server.',
    ],
  });
};
