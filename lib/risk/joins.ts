// Whether a join restricts the rows that a DELETE or UPDATE reaches. Pure; knows no dialect.
import { alwaysTrue, findWord, type Name, type Reading } from './clauses.ts';

const JOINS = ['JOIN', 'STRAIGHT_JOIN'];
const ENDS = [
  'ON',
  'USING',
  'JOIN',
  'STRAIGHT_JOIN',
  'LEFT',
  'RIGHT',
  'INNER',
  'CROSS',
  'NATURAL',
  'SET',
  'WHERE',
];
const SIDES = ['LEFT', 'RIGHT', 'FULL', 'INNER', 'CROSS', 'NATURAL', 'OUTER'];

/** Whether the target's name stands among the tokens between two positions. */
const named = (reading: Reading, target: Name, from: number, to: number): boolean =>
  reading.tokens
    .slice(from, to)
    .some((token) => (token.value ?? token.text).toUpperCase() === target.name.toUpperCase());

/** The words of a join before JOIN itself: LEFT OUTER, NATURAL, nothing. */
const sidesOf = (reading: Reading, join: number): readonly string[] => {
  let from = join;
  while (SIDES.includes(reading.words[from - 1] ?? '')) from -= 1;
  return reading.words.slice(from, join);
};

/** A condition of a join that says something; USING and NATURAL always do. */
const hasCondition = (reading: Reading, join: number, next: number): boolean => {
  if (sidesOf(reading, join).includes('NATURAL')) return true;
  const at = findWord(reading, ['ON', 'USING'], join);
  if (at < 0 || (next >= 0 && at > next)) return false;
  if (reading.words[at] === 'USING') return true;
  const end = findWord(reading, ENDS, at + 1);
  return !alwaysTrue(reading.tokens.slice(at + 1, end < 0 ? undefined : end));
};

/**
 * Whether some join leaves rows of the target out. A LEFT JOIN leaves out none of the tables before it, a join whose condition is
 * always true none at all.
 */
export const joinRestricts = (reading: Reading, target: Name, list: number): boolean => {
  for (let join = findWord(reading, JOINS, list); join >= 0; ) {
    const next = findWord(reading, JOINS, join + 1);
    const keepsLeft = sidesOf(reading, join).includes('LEFT') && named(reading, target, list, join);
    if (!keepsLeft && hasCondition(reading, join, next)) return true;
    join = next;
  }
  return false;
};
