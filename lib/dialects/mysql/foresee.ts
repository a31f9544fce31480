// What a statement's text says of its locks, table by table, for statements whose way was not asked of a server. Pure.
import type { Statement } from '../../sql/index.ts';
import type { TableEffect } from '../contract.ts';
import { wordsOf } from './scan/words.ts';
import { classify } from './scan.ts';

/** The value of `NAME = value` or `NAME value` where the statement says it; null where it does not. */
const stated = (statement: Statement, name: 'ALGORITHM' | 'LOCK'): string | null => {
  const words = wordsOf(statement.text);
  const at = words.findIndex((word, index) => index > 1 && word.kind === 'word' && word.text === name);
  if (at < 0) return null;
  const value = words[at + 1]?.text === '=' ? words[at + 2] : words[at + 1];
  return value && /^(DEFAULT|INSTANT|NOCOPY|INPLACE|COPY|NONE|SHARED|EXCLUSIVE)$/.test(value.text)
    ? value.text
    : null;
};

/** The algorithm that a statement demands, and the lock. The server refuses it where it cannot keep to them. */
export const demanded = (
  statement: Statement,
): { readonly algorithm: string | null; readonly lock: string | null } => ({
  algorithm: stated(statement, 'ALGORITHM'),
  lock: stated(statement, 'LOCK'),
});

/** Whether the statement builds an index (manual, "Online DDL Operations"). */
export const buildsIndex = (statement: Statement): boolean => {
  const words = wordsOf(statement.text);
  if (/^CREATE .*INDEX$/.test(classify(statement).verb)) return true;
  return words.some(
    (word, index) =>
      word.kind === 'word' &&
      /^(INDEX|KEY|UNIQUE|FULLTEXT|SPATIAL|PRIMARY)$/.test(word.text) &&
      /^(ADD|UNIQUE|FULLTEXT|SPATIAL|PRIMARY)$/.test(words[index - 1]?.text ?? ''),
  );
};

type Way = Pick<TableEffect, 'blocks' | 'work'>;

/** What the words of ALGORITHM and LOCK mean for others, worst case where they leave it open. */
export const wayOf = (algorithm: string, lock: string | null, builds: boolean): Way => {
  if (algorithm === 'INSTANT') return { blocks: 'schema', work: 'none' };
  const blocks = lock === 'NONE' ? 'schema' : lock === 'EXCLUSIVE' ? 'all' : 'writes';
  if (algorithm === 'COPY') return { blocks, work: 'rewrite' };
  if (algorithm === 'NOCOPY') return { blocks, work: builds ? 'index' : 'none' };
  return { blocks, work: 'unknown' };
};

const RESHAPES = /^(ALTER( \w+)? TABLE|(CREATE|DROP)( \w+)* INDEX)$/;

/** Statements that choose among the algorithms of online DDL. */
export const reshapes = (statement: Statement): boolean => RESHAPES.test(classify(statement).verb);

const knownWay = (statement: Statement): Way => {
  const { verb, kind } = classify(statement);
  if (kind === 'dml') return { blocks: 'rows', work: 'unknown' };
  if (reshapes(statement)) {
    const { algorithm, lock } = demanded(statement);
    return algorithm && algorithm !== 'DEFAULT'
      ? wayOf(algorithm, lock, buildsIndex(statement))
      : { blocks: 'writes', work: 'unknown' };
  }
  if (/^(OPTIMIZE|REPAIR)/.test(verb)) return { blocks: 'schema', work: 'rewrite' };
  return { blocks: 'all', work: 'none' };
};

/** The known effect of a statement on the table that it is about; a statement that names several is about the first. */
export const foresee = (statement: Statement): readonly TableEffect[] => {
  const { kind, verb, lock, tables } = classify(statement);
  if (lock === undefined) return [];
  const { algorithm, lock: wish } = demanded(statement);
  const words = algorithm ? `ALGORITHM=${algorithm}${wish ? `, LOCK=${wish}` : ''}` : lock;
  const all = /^(DROP TABLE|RENAME TABLE)$/.test(verb) ? tables : tables.slice(0, 1);
  return all.map(({ namespace, name }) => ({
    namespace,
    name,
    lock: words,
    ...knownWay(statement),
    until: kind === 'dml' ? 'transaction' : 'statement',
    basis: 'known',
  }));
};
