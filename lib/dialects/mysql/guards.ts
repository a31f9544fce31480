// What a session refuses to send, whatever the server would say: writes on a read session, and other schemas by name on a shadow whose
// server is not dbsync's own. The server's read-only transactions are the first wall; this is the second.
import { DbsyncError } from '../../errors/index.ts';
import type { ShadowOf } from './address.ts';
import { printable } from './quote.ts';
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

const SCHEMA_FOLLOWS = /^(?:USE|DATABASE|SCHEMA)$/;

/** The places at which a statement names a schema: before a point, or where only a schema can stand. */
const schemasNamed = (words: readonly Word[]): readonly { readonly name: string; readonly at: number }[] =>
  words.flatMap((word, at) => {
    const before = words.slice(Math.max(0, at - 4), at).map(({ text }) => text);
    const last = before.at(-1) ?? '';
    const isSchema =
      isName(word) &&
      ((words[at + 1]?.text === '.' && last !== '.') ||
        SCHEMA_FOLLOWS.test(last) ||
        (last === 'EXISTS' && before.some((text) => SCHEMA_FOLLOWS.test(text))));
    return isSchema ? [{ name: word.value.toLowerCase(), at }] : [];
  });

/** Statements that only read what stands behind their SELECT, and keep no text that runs later. */
const READS_BEHIND_SELECT =
  /^(?:CREATE (?:OR REPLACE |ALGORITHM |DEFINER |SQL |VIEW |TABLE |TEMPORARY )|INSERT |REPLACE |SELECT |WITH )/;
const CHANGES_ROWS = /^(?:UPDATE|DELETE|INSERT|REPLACE)$/;
const KEEPS_A_TEXT = /^(?:PROCEDURE|FUNCTION|TRIGGER|EVENT|PACKAGE)$/;

/** From which word on a statement only reads. */
const readsFrom = (words: readonly Word[]): number => {
  const head = words.slice(0, 2).map(({ text }) => `${text} `);
  const [first = '', second = ''] = head;
  const isReading = READS_BEHIND_SELECT.test(`${first}${second === 'OR ' ? 'OR REPLACE ' : second}`);
  if (!isReading || words.slice(0, 16).some(({ text }) => KEEPS_A_TEXT.test(text))) return words.length;
  if (first === 'WITH ' && words.some(({ text }) => CHANGES_ROWS.test(text))) return words.length;
  const at = words.findIndex(({ text }) => text === 'SELECT');
  return at < 0 ? words.length : at;
};

const refuseEvent = (): DbsyncError =>
  new DbsyncError('SHADOW_UNAVAILABLE', {
    summary: "A statement would make an event in the shadow database, and the target's server would run it.",
    next: [
      'Let dbsync start a private server (mariadbd or mysqld on this machine), or name a shadowUrl on another server.',
    ],
  });

const WAYS_ON = [
  'Remove the database name from the migration.',
  'Or let dbsync start a private server (mariadbd or mysqld on the PATH), or name a shadowUrl on a server of its own.',
];

/**
 * Throws where a statement names the schema of the target that this shadow stands in for, where it may write to another schema of the same
 * server, and where it would make an event that the server's own scheduler runs.
 */
export const refuseBeyond = (sql: string, shadow: ShadowOf): void => {
  const words = wordsOf(sql);
  if (shadow.eventsRun && makesEvent(words)) throw refuseEvent();
  const named = schemasNamed(words);
  if (named.length === 0) return;
  const target = shadow.schema?.toLowerCase();
  if (named.some(({ name }) => name === target)) {
    throw new DbsyncError('SHADOW_IS_TARGET', {
      summary: 'A statement for the shadow database names the target database.',
      why: 'The shadow stands on the same server, so the statement would reach the target itself.',
      next: WAYS_ON,
    });
  }
  const others = new Set(shadow.others.map((name) => name.toLowerCase()));
  const reading = readsFrom(words);
  // A routine of another schema does there what it likes, also for one who only reads.
  const isCall = (at: number): boolean => words[at + 1]?.text === '.' && words[at + 3]?.text === '(';
  const beyond = named.find(({ name, at }) => others.has(name) && (at < reading || isCall(at)));
  if (!beyond) return;
  const name = printable(beyond.name);
  throw new DbsyncError('REACHES_OUTSIDE', {
    summary: `A statement for the shadow database was not sent: it names the database ${name}, which is on the same server.`,
    why: 'A rehearsal must act nowhere but on its shadow database, and this could act on another one before anybody approved it.',
    next: WAYS_ON,
    details: { outside: `the database ${name}` },
  });
};
