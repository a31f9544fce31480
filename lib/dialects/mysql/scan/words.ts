// The meaningful tokens of one statement, for everything here that reads SQL text. Knows no grammar.
import { type Token, tokenize } from '../../../sql/index.ts';
import { SCAN_RULES } from '../rules.ts';

export interface Word {
  /** Upper-cased for words, as written for everything else. */
  readonly text: string;
  readonly kind: Token['kind'];
  /** The name or the string's content, without quotes; for words as written. */
  readonly value: string;
  readonly offset: number;
  readonly end: number;
  /** The text ended before its closing quote. */
  readonly unterminated?: true;
}

const toWord = (token: Token): Word => ({
  text: token.kind === 'word' ? token.text.toUpperCase() : token.text,
  kind: token.kind,
  value: token.value ?? token.text,
  offset: token.offset,
  end: token.offset + token.text.length,
  ...(token.unterminated && { unterminated: true }),
});

const EMPTY: ReadonlySet<Token['kind']> = new Set(['space', 'comment', 'directive', 'terminator']);
const MARKS = /^\/\*|^\*\/$/;

const read = (sql: string): readonly Word[] =>
  tokenize(sql, SCAN_RULES)
    .filter(({ kind, text }) => !EMPTY.has(kind) && !(kind === 'operator' && MARKS.test(text)))
    .map(toWord);

const INSERTS = /^\s*(?:INSERT|REPLACE)\b/i;
/** Of rows that are inserted only the head says anything, and the rest can be millions of words: they are not read. */
export const isCut = (sql: string): boolean => sql.length > LONGEST && INSERTS.test(sql);

const DOES = /^(SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH)$/;

/** Where the statement begins that is done: behind `SET STATEMENT x = 1 FOR`, `ANALYZE FORMAT = JSON` and `EXPLAIN ANALYZE`. */
const beginning = (words: readonly Word[]): number => {
  if (words[0]?.text === 'SET' && words[1]?.text === 'STATEMENT')
    return words.findIndex(({ text, kind }) => kind === 'word' && text === 'FOR') + 1;
  const analyzes = words.slice(0, 2).findIndex(({ text }) => text === 'ANALYZE');
  if (analyzes < 0 || (analyzes === 1 && words[0]?.text !== 'EXPLAIN')) return 0;
  const at = words.findIndex(({ text, kind }) => kind === 'word' && DOES.test(text));
  return at > analyzes && at < analyzes + 5 ? at : 0;
};

/** The words of the last texts: each is asked for by everything that reads a statement. */
const remembered = new Map<string, readonly Word[]>();
const REMEMBERED = 500;
/** Longer texts are data, and are not kept. */
const LONGEST = 20_000;

/** As `wordsOf`, with what stands before the statement itself. */
export const allWordsOf = (sql: string): readonly Word[] =>
  isCut(sql) ? read(sql.slice(0, LONGEST)).slice(0, -1) : read(sql);

/**
 * Without white space and comments; the marks of executable comments are dropped, what is inside them is kept. Behind `SET STATEMENT ...
 * FOR` and `ANALYZE` only the statement that they do.
 */
export const wordsOf = (sql: string): readonly Word[] => {
  const known = remembered.get(sql);
  if (known) return known;
  if (isCut(sql)) return wordsOf(sql.slice(0, LONGEST)).slice(0, -1);
  const all = read(sql);
  const words = all.slice(beginning(all));
  if (sql.length > LONGEST) return words;
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(sql, words);
  return words;
};

/** Whether a token can be a name. */
export const isName = (word: Word | undefined): boolean =>
  word?.kind === 'word' || word?.kind === 'quoted-identifier';

export interface QualifiedName {
  readonly schema: string | null;
  readonly name: string;
  /** Index of the first token behind it. */
  readonly next: number;
}

/** `name` or `schema.name` at an index; null where none stands there. */
export const nameAt = (words: readonly Word[], index: number): QualifiedName | null => {
  const first = words[index];
  if (!first || !isName(first)) return null;
  const second = words[index + 2];
  if (words[index + 1]?.text === '.' && second && isName(second)) {
    return { schema: first.value, name: second.value, next: index + 3 };
  }
  return { schema: null, name: first.value, next: index + 1 };
};
