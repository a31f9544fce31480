// The leading words of a schema statement: what is made, changed or dropped, and where its name stands. Pure.
import type { Word } from './words.ts';

/** Words between CREATE, ALTER or DROP and the kind of object. */
const MODIFIERS = new Set([
  'OR',
  'REPLACE',
  'UNIQUE',
  'FULLTEXT',
  'SPATIAL',
  'TEMPORARY',
  'ONLINE',
  'OFFLINE',
  'IGNORE',
  'AGGREGATE',
  'VECTOR',
  'UNDO',
  // OPTIMIZE LOCAL TABLE.
  'LOCAL',
  'NO_WRITE_TO_BINLOG',
]);
const OBJECTS = new Set([
  'TABLE',
  'INDEX',
  'VIEW',
  'DATABASE',
  'SCHEMA',
  'TRIGGER',
  'PROCEDURE',
  'FUNCTION',
  'EVENT',
  'SEQUENCE',
  'USER',
  'ROLE',
  'SERVER',
  'TABLESPACE',
  'LOGFILE',
  'PACKAGE',
  'INSTANCE',
  'LIBRARY',
  'RESOURCE',
  'SPATIAL',
]);

/** An object statement's parts: `CREATE UNIQUE INDEX` of what name, on what table. */
export interface ObjectHead {
  readonly verb: string;
  readonly object: string;
  /** Index of the first token behind the kind of object and IF [NOT] EXISTS. */
  readonly at: number;
}

/** Index behind `ALGORITHM = x`, `DEFINER = user@host`, `SQL SECURITY x`, which stand before VIEW, TRIGGER and routines. */
const skipClauses = (words: readonly Word[], from: number): number => {
  let at = from;
  for (let round = 0; round < 8; round += 1) {
    const word = words[at]?.text;
    if (word === 'ALGORITHM' && words[at + 1]?.text === '=') at += 3;
    else if (word === 'SQL' && words[at + 1]?.text === 'SECURITY') at += 3;
    else if (word === 'DEFINER' && words[at + 1]?.text === '=') at = behindUser(words, at + 2);
    else return at;
  }
  return at;
};

/** `user@host`, `CURRENT_USER()`, a role name. */
const behindUser = (words: readonly Word[], from: number): number => {
  let at = from + 1;
  if (words[at]?.text === '(' && words[at + 1]?.text === ')') return at + 2;
  const next = words[at];
  if (next?.kind === 'parameter') return at + 1;
  if (next?.text === '@') {
    at += 2;
    while (words[at]?.text === '.' || words[at]?.text === '%') at += 2;
  }
  return at;
};

const skipIfExists = (words: readonly Word[], from: number): number => {
  if (words[from]?.text !== 'IF') return from;
  return words[from + 1]?.text === 'NOT' ? from + 3 : from + 2;
};

/** Where the first name of `RENAME TABLE[S] [IF EXISTS]` stands; null for every other statement. */
export const renamesAt = (words: readonly Word[]): number | null =>
  words[0]?.text === 'RENAME' && /^TABLES?$/.test(words[1]?.text ?? '') ? skipIfExists(words, 2) : null;

/** Reads `CREATE OR REPLACE UNIQUE INDEX IF NOT EXISTS`; null where the kind of object is unknown. */
export const objectHead = (words: readonly Word[]): ObjectHead | null => {
  const verb: string[] = [words[0]?.text ?? ''];
  let at = 1;
  for (let round = 0; round < 12; round += 1) {
    at = skipClauses(words, at);
    const word = words[at]?.text ?? '';
    if (
      MODIFIERS.has(word) &&
      words[at]?.kind === 'word' &&
      !(word === 'SPATIAL' && words[at + 1]?.text === 'REFERENCE')
    ) {
      verb.push(word);
      at += 1;
    } else if (word === 'TABLES' && /^(DROP|RENAME|OPTIMIZE|REPAIR|ANALYZE)$/.test(verb[0] ?? '')) {
      // The same word in another spelling (manuals, "DROP TABLE", "RENAME TABLE").
      return { verb: [...verb, 'TABLE'].join(' '), object: 'TABLE', at: skipIfExists(words, at + 1) };
    } else if (OBJECTS.has(word)) {
      verb.push(word);
      const object = word === 'SCHEMA' ? 'DATABASE' : word;
      const body = word === 'PACKAGE' && words[at + 1]?.text === 'BODY' ? at + 2 : at + 1;
      return { verb: verb.join(' '), object, at: skipIfExists(words, body) };
    } else return null;
  }
  return null;
};
