// What a statement reaches outside of its database: files of the server's machine, the server itself, another server or database. Pure.
import { objectHead } from './scan/head.ts';
import type { Word } from './scan/words.ts';

/**
 * Part of every text that `outsideOf` speaks of, whatever the case, so that most texts need no reading for it. Written in what the
 * regular expressions of JavaScript and of Python have in common.
 */
export const OUTSIDE_HINT =
  'outfile|dumpfile|load|engine|directory|change|replica|slave|master|global|persist|shutdown|restart|kill|install|soname|instance|clone|import|tablespace|logfile|purge|backup|\\buse\\b';

const SUSPECT = new RegExp(OUTSIDE_HINT, 'i');

/** Statements of servers (MySQL manual, "SQL Statements"; MariaDB, "SQL Statements"), by their first words. */
const OF_THE_SERVER: readonly (readonly [RegExp, string])[] = [
  [/^LOAD (DATA|XML)\b/, 'it reads a file of the machine'],
  [/^IMPORT TABLE\b/, "it reads files of the server's machine"],
  [
    /^(CHANGE|START|STOP|RESET) (MASTER|SLAVE|REPLICA|REPLICATION|ALL|GROUP_REPLICATION|BINARY)\b/,
    'it steers the replication of the server',
  ],
  [/^PURGE (BINARY|MASTER)\b/, "it removes the server's binary logs"],
  [/^(SHUTDOWN|RESTART)\b/, 'it ends the server'],
  [/^KILL\b/, 'it ends another session'],
  [/^(INSTALL|UNINSTALL) (PLUGIN|SONAME|COMPONENT)\b/, 'it changes what the server itself is made of'],
  [/^(ALTER|CLONE|LOCK|UNLOCK) (INSTANCE|LOCAL)\b/, 'it acts on the server itself'],
  [/^BACKUP\b/, 'it acts on the server itself'],
  [/^USE\b/, 'it leads whatever comes behind it to another database'],
  [/^(CREATE|ALTER|DROP) (UNDO )?(TABLESPACE|LOGFILE)\b/, "it acts on files of the server's machine"],
];

/** Storage engines whose tables are another server's, or files of the machine (MariaDB, "Storage Engines"; MySQL, "FEDERATED"). */
const ELSEWHERE = /^(FEDERATED|FEDERATEDX|CONNECT|SPIDER|S3)$/i;

/** What makes or changes a program: its body is done another time. */
const PROGRAM = /^(PROCEDURE|FUNCTION|TRIGGER|EVENT|VIEW|PACKAGE)$/;

const isWord = (word: Word | undefined, pattern: RegExp): boolean =>
  word?.kind === 'word' && pattern.test(word.text);

/** The value behind `NAME =` or `NAME`, without quotes. */
const valueBehind = (words: readonly Word[], at: number): string =>
  words[words[at + 1]?.text === '=' ? at + 2 : at + 1]?.value ?? '';

/** `SET GLOBAL x = 1`, `SET a = 1, @@persist.x = 2`; reading a global variable is no reach. */
const setsServer = (words: readonly Word[]): boolean =>
  words.some((word, at) => {
    const begins = at > 0 && /^(SET|,)$/i.test(words[at - 1]?.text ?? '');
    return (
      begins && (isWord(word, /^(GLOBAL|PERSIST|PERSIST_ONLY)$/) || /^@@(GLOBAL|PERSIST)/i.test(word.text))
    );
  });

const ofTable = (words: readonly Word[]): string | null => {
  for (const [at, word] of words.entries()) {
    if (isWord(word, /^ENGINE$/) && ELSEWHERE.test(valueBehind(words, at)))
      return `the rows of a table of the engine ${valueBehind(words, at).toUpperCase()} are another server's, or files of the machine`;
    if (
      isWord(word, /^(DATA|INDEX)$/) &&
      isWord(words[at + 1], /^DIRECTORY$/) &&
      valueBehind(words, at + 1).includes('/')
    )
      return "it makes files in a folder of the server's machine";
  }
  return null;
};

const ofQuery = (words: readonly Word[]): string | null => {
  for (const [at, word] of words.entries()) {
    const names = isWord(word, /^INTO$/) && isWord(words[at + 1], /^(OUTFILE|DUMPFILE)$/);
    if (names && words[at + 2]?.kind === 'string') return "it writes a file on the server's machine";
    if (isWord(word, /^LOAD_FILE$/) && words[at + 1]?.text === '(')
      return "LOAD_FILE reads a file of the server's machine";
  }
  return null;
};

/** See `StatementFacts.outside`. */
export const outsideOf = (words: readonly Word[], text: string): string | null => {
  if (!SUSPECT.test(text)) return null;
  const first = words[0]?.text ?? '';
  const head = words
    .slice(0, 3)
    .map((word) => word.text)
    .join(' ');
  const ofServer = OF_THE_SERVER.find(([pattern]) => pattern.test(head));
  if (ofServer) return ofServer[1];
  if (first === 'SET')
    return setsServer(words) ? 'it changes a setting of the server itself' : ofQuery(words);
  const object = /^(CREATE|ALTER|DROP)$/.test(first) ? (objectHead(words)?.object ?? '') : '';
  if (PROGRAM.test(object))
    return object === 'FUNCTION' &&
      words.some((word, at) => isWord(word, /^SONAME$/) && words[at + 1]?.kind === 'string')
      ? "it loads a library of the server's machine into the server"
      : null;
  return (object === 'TABLE' ? ofTable(words) : null) ?? ofQuery(words);
};
