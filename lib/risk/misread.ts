// Conditions that a server reads otherwise than they look: `SET a = 1 AND b = 2` assigns one truth value to a, and `a = b = c` compares
// a truth value with c. Servers without such values of their own take both (MySQL, SQLite; PostgreSQL refuses them). Pure.

import type { Token } from '../sql/index.ts';
import { findWord, type Reading, whereOf } from './clauses.ts';

const wordOf = ({ kind, text }: Token): string => (kind === 'word' ? text.toUpperCase() : '');

const isLiteral = (token: Token | undefined): boolean =>
  token !== undefined && (/^(string|number)$/.test(token.kind) || /^(TRUE|FALSE|NULL)$/.test(wordOf(token)));

const isName = (token: Token | undefined): boolean =>
  token !== undefined && /^(word|quoted-identifier)$/.test(token.kind);

/** `1 AND b = 2`: what was meant is `1, b = 2`. A truth value that is meant begins with a comparison, or with a column. */
const assignsCondition = (tokens: readonly Token[], at: number): boolean => {
  const [value, joined] = [tokens[at + 1], tokens[at + 2]];
  if (!isLiteral(value) || !joined || !(wordOf(joined) === 'AND' || joined.text === '&&')) return false;
  const next = at + 3;
  const behind = tokens[next + 1]?.text === '.' ? next + 3 : next + 1;
  return isName(tokens[next]) && tokens[behind]?.text === '=';
};

/** Whether the sign at a position assigns: it stands behind the first name of its part of the list. */
const assigns = (tokens: readonly Token[], at: number): boolean => {
  let first = at - 1;
  while (tokens[first - 1]?.text === '.') first -= 2;
  const before = tokens[first - 1];
  return before !== undefined && (before.text === ',' || wordOf(before) === 'SET');
};

/** Where the list of SET ends. */
const ENDS = ['WHERE', 'FROM', 'ORDER', 'LIMIT', 'RETURNING'];

/** Whether an assignment of UPDATE holds what looks like the next one. */
export const assignsTruth = (reading: Reading): boolean => {
  const set = findWord(reading, ['SET']);
  if (set < 0) return false;
  const end = findWord(reading, ENDS, set);
  const { tokens, depths } = reading;
  return tokens
    .slice(0, end < 0 ? undefined : end)
    .some(
      ({ text }, at) =>
        at > set &&
        text === '=' &&
        depths[at] === depths[set] &&
        assigns(tokens, at) &&
        assignsCondition(tokens, at),
    );
};

const COMPARES = /^(=|==|<|>|<=|>=|<>|!=|<=>)$/;

/** Words and signs that end a comparison. */
const BETWEEN_CONDITIONS =
  /^(AND|OR|XOR|NOT|WHERE|ON|HAVING|SELECT|FROM|GROUP|ORDER|LIMIT|JOIN|SET|CASE|WHEN|THEN|ELSE|END|AS|&&|\|\||,|\(|\))$/;

/** Operators as the server reads them: signs that touch are one. */
const operatorsIn = (tokens: readonly Token[]): readonly string[] => {
  const found: string[] = [];
  let end = -1;
  for (const token of tokens) {
    const isSign = token.kind === 'operator' && !/^[(),.]$/.test(token.text);
    const text = wordOf(token) || token.text;
    if (isSign && end === token.offset && found.length > 0) found.push(`${found.pop()}${text}`);
    else found.push(text);
    end = isSign ? token.offset + token.text.length : -1;
  }
  return found;
};

/** Whether the WHERE clause compares the outcome of a comparison, without parentheses that say so. */
export const comparesTwice = (reading: Reading): boolean => {
  // Each depth of parentheses has conditions of its own.
  const open = [0];
  for (const text of operatorsIn(whereOf(reading) ?? [])) {
    const compared = open.pop() ?? 0;
    if (text === '(') open.push(compared, 0);
    else if (text === ')') continue;
    else if (BETWEEN_CONDITIONS.test(text)) open.push(0);
    else if (COMPARES.test(text) && compared > 0) return true;
    else open.push(compared + (COMPARES.test(text) ? 1 : 0));
  }
  return false;
};

const COMPARES_OR_NOT = /^(=|==|<|>|<=|>=|<>|!=)$/;

/** Whether the WHERE clause compares with NULL, which is never true: `a = NULL`, `a <> NULL`, `a IN (NULL)`, `a NOT IN (1, NULL)`. */
export const comparesNull = (reading: Reading): boolean => {
  const said = operatorsIn(whereOf(reading) ?? []);
  return said.some((text, at) => {
    if (COMPARES_OR_NOT.test(text)) return said[at + 1] === 'NULL';
    if (text !== 'IN' || said[at + 1] !== '(') return false;
    const list = said.slice(at + 2, said.indexOf(')', at));
    return said[at - 1] === 'NOT'
      ? list.includes('NULL') && !list.includes('SELECT')
      : list.join() === 'NULL';
  });
};
