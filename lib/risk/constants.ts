// Conditions that name no column: they hold for every row or for none, whatever their value is. Pure; knows no grammar.
import type { Token } from '../sql/index.ts';

/** Words that stand in a condition without naming anything; a type behind CAST or `::` is one of them. */
const WORDS: ReadonlySet<string> = new Set([
  ...['AND', 'OR', 'XOR', 'NOT', 'IS', 'IN', 'BETWEEN', 'LIKE', 'REGEXP', 'RLIKE', 'DIV', 'MOD', 'AS'],
  ...['TRUE', 'FALSE', 'NULL', 'UNKNOWN', 'DISTINCT', 'FROM', 'ESCAPE', 'BINARY', 'INTERVAL', 'DAY', 'YEAR'],
  ...['DATE', 'TIME', 'TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'CURRENT_USER'],
  ...['INT', 'INTEGER', 'BIGINT', 'TEXT', 'CHAR', 'VARCHAR', 'BOOL', 'BOOLEAN', 'SIGNED', 'UNSIGNED'],
]);

/** Functions that answer otherwise for each row, or that ask other rows. */
const BY_ROW = /rand|uuid|exists|nextval|count|values/i;

/** Operators beside words; `@` and `?` stand for what is not in the text, `$` too. */
const SIGNS = /^([-+*/%(),=<>!&|^~:.]|::|<=|>=|<>|!=|==|\|\||&&|<<|>>)$/;

const isPlain = (tokens: readonly Token[], at: number): boolean => {
  const token = tokens[at];
  if (!token) return false;
  if (token.kind === 'number' || token.kind === 'string') return true;
  if (token.kind === 'operator') return SIGNS.test(token.text);
  if (token.kind !== 'word') return false;
  const isCall = tokens[at + 1]?.text === '(';
  return WORDS.has(token.text.toUpperCase()) || (isCall && !BY_ROW.test(token.text));
};

const COMPARED = /^(?:NOT )?('[^']*'|-?[\d.]+) (=|==|<>|!=|<|>|<=|>=) ('[^']*'|-?[\d.]+)$/;
const NOTHING =
  /^(0+|0?\.0+|FALSE|NULL|''|'0'|NOT [1-9]\d*|NOT TRUE|NOT NULL|\d+ IS NULL|'[^']*' IS NULL|NULL IS NOT NULL|NULL (=|<>|!=) .*|.* (=|<>|!=) NULL)$/;

/**
 * Whether a condition asks no column, so that it takes the whole table unless it is plainly false. Comparisons of two constants
 * are left to those who can compare them.
 */
export const asksNoColumn = (tokens: readonly Token[]): boolean => {
  if (tokens.length === 0 || !tokens.every((_token, at) => isPlain(tokens, at))) return false;
  const words = tokens.map(({ text }) => text.toUpperCase()).join(' ');
  return !COMPARED.test(words) && !NOTHING.test(words);
};
