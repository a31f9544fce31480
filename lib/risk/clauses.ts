// Reads one statement's tokens as far as every SQL dialect agrees: its words, its target, its WHERE. Knows no grammar.
import { type ScanRules, type Token, tokenize } from '../sql/index.ts';
import { asksNoColumn } from './constants.ts';

/** One statement as tokens that mean something. */
export interface Reading {
  readonly text: string;
  readonly all: readonly Token[];
  /** Without space and comments. */
  readonly tokens: readonly Token[];
  /** Each of `tokens` upper case where it is a word, '' where it is not. */
  readonly words: readonly string[];
  /** Depth of parentheses at each of `tokens`. */
  readonly depths: readonly number[];
}

const depthsOf = (tokens: readonly Token[]): readonly number[] => {
  let depth = 0;
  return tokens.map((token) => {
    if (token.text === ')') depth = Math.max(0, depth - 1);
    const here = depth;
    if (token.text === '(') depth += 1;
    return here;
  });
};

/** Reads a statement; when something asks for its tokens, for most rules need none. */
export const read = (text: string, rules: ScanRules): Reading => {
  let all: readonly Token[] | null = null;
  let tokens: readonly Token[] | null = null;
  let words: readonly string[] | null = null;
  let depths: readonly number[] | null = null;
  return {
    text,
    get all() {
      all ??= tokenize(text, rules);
      return all;
    },
    get tokens() {
      tokens ??= this.all.filter((token) => token.kind !== 'space' && token.kind !== 'comment');
      return tokens;
    },
    get words() {
      words ??= this.tokens.map((token) => (token.kind === 'word' ? token.text.toUpperCase() : ''));
      return words;
    },
    get depths() {
      depths ??= depthsOf(this.tokens);
      return depths;
    },
  };
};

/** The word at a position, upper case; '' for anything else. */
export const wordAt = (reading: Reading, position: number): string => reading.words[position] ?? '';

/** Position of the first of these words outside of parentheses, from a position on; -1 where there is none. */
export const findWord = (reading: Reading, words: readonly string[], from = 0): number => {
  const own = reading.words;
  for (let position = from; position < own.length; position += 1) {
    if (words.includes(own[position] ?? '') && reading.depths[position] === 0) return position;
  }
  return -1;
};

export interface Name {
  readonly namespace: string | null;
  readonly name: string;
  /** Position of the token behind it. */
  readonly next: number;
}

const part = (token: Token | undefined): string | null => {
  if (token?.kind === 'word') return token.text;
  return token?.kind === 'quoted-identifier' ? (token.value ?? '') : null;
};

/** A name, perhaps with its namespace, at a position; null where none stands there. */
export const nameAt = (reading: Reading, position: number): Name | null => {
  const first = part(reading.tokens[position]);
  if (first === null) return null;
  if (reading.tokens[position + 1]?.text !== '.') return { namespace: null, name: first, next: position + 1 };
  const second = part(reading.tokens[position + 2]);
  return second === null ? null : { namespace: first, name: second, next: position + 3 };
};

const VERBS = ['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'MERGE'];
/** What may stand between a verb and its table. */
const FILLERS = [
  'OR',
  'ABORT',
  'FAIL',
  'IGNORE',
  'REPLACE',
  'ROLLBACK',
  'INTO',
  'FROM',
  'ONLY',
  'LOW_PRIORITY',
  'QUICK',
  'DELAYED',
  'HIGH_PRIORITY',
];

/** A statement that changes rows: what it does, and to which table. */
export interface Change {
  readonly verb: 'insert' | 'update' | 'delete' | 'merge';
  readonly target: Name;
}

/** `DELETE t.* FROM t`, MySQL's other spelling of `DELETE t FROM t`. */
const allOf = (reading: Reading, position: number): Name | null => {
  const name = part(reading.tokens[position]);
  const isAll = reading.tokens[position + 1]?.text === '.' && reading.tokens[position + 2]?.text === '*';
  return name !== null && isAll ? { namespace: null, name, next: position + 3 } : null;
};

/** `DELETE a FROM t AS a`: the table that a stands for. */
const behindAlias = (reading: Reading, target: Name): Name => {
  const spelt = (at: number): string => (part(reading.tokens[at]) ?? '').toUpperCase();
  for (let from = findWord(reading, ['FROM', 'USING'], target.next); from > 0; ) {
    const table = nameAt(reading, from + 1);
    const alias = table && (wordAt(reading, table.next) === 'AS' ? table.next + 1 : table.next);
    if (table && alias && spelt(alias) === target.name.toUpperCase()) return { ...table, next: target.next };
    from = findWord(reading, ['JOIN', 'STRAIGHT_JOIN'], from + 1);
  }
  return target;
};

const VERB_NAMES: Readonly<Record<string, Change['verb']>> = {
  INSERT: 'insert',
  REPLACE: 'insert',
  UPDATE: 'update',
  DELETE: 'delete',
  MERGE: 'merge',
};

/** `SET STATEMENT x = 1 FOR DELETE ...` and `ANALYZE DELETE ...`, MariaDB's, do what stands behind. */
const behindPrefix = (reading: Reading): number => {
  if (wordAt(reading, 0) === 'SET' && wordAt(reading, 1) === 'STATEMENT')
    return findWord(reading, ['FOR']) + 1;
  return /^(ANALYZE|EXPLAIN)$/.test(wordAt(reading, 0)) ? Math.max(0, findWord(reading, VERBS)) : 0;
};

/** What a data statement changes; null where it changes no rows or the table cannot be told. */
export const changeOf = (reading: Reading): Change | null => {
  const first = behindPrefix(reading);
  const position = wordAt(reading, first) === 'WITH' ? findWord(reading, VERBS, first) : first;
  const verb = VERB_NAMES[wordAt(reading, position)];
  if (!verb) return null;
  let next = position + 1;
  while (FILLERS.includes(wordAt(reading, next))) next += 1;
  // `DELETE HISTORY FROM t`, MariaDB's: the old versions of the rows.
  if (wordAt(reading, next) === 'HISTORY' && wordAt(reading, next + 1) === 'FROM') next += 2;
  const target = allOf(reading, next) ?? nameAt(reading, next);
  return target && { verb, target: verb === 'delete' ? behindAlias(reading, target) : target };
};

const AFTER_WHERE = ['RETURNING', 'ORDER', 'LIMIT', 'GROUP', 'ON'];

/** The tokens of the WHERE clause of a statement that changes rows; null where it has none. */
export const whereOf = (reading: Reading): readonly Token[] | null => {
  const from = findWord(reading, ['WHERE']);
  if (from < 0) return null;
  const end = findWord(reading, AFTER_WHERE, from + 1);
  return reading.tokens.slice(from + 1, end < 0 ? undefined : end);
};

/** Splits tokens at a word that stands outside of parentheses. */
const splitAt = (tokens: readonly Token[], word: string): Token[][] => {
  const parts: Token[][] = [[]];
  let depth = 0;
  let isBetween = false;
  for (const token of tokens) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    const said = depth === 0 && token.kind === 'word' ? token.text.toUpperCase() : '';
    // The AND of BETWEEN joins no conditions.
    const isBound: boolean = said === 'AND' && isBetween;
    if (said === 'BETWEEN' || isBound) isBetween = !isBound;
    if (said === word && !isBound) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
};

const unwrapped = (tokens: readonly Token[]): readonly Token[] => {
  let inner = tokens;
  while (inner.length >= 2 && inner[0]?.text === '(' && inner.at(-1)?.text === ')') {
    let depth = 0;
    const closes = inner.findIndex((token) => {
      depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
      return depth === 0;
    });
    if (closes !== inner.length - 1) break;
    inner = inner.slice(1, -1);
  }
  return inner;
};

const spelling = (tokens: readonly Token[]): string =>
  tokens.map((token) => token.text.toUpperCase()).join(' ');

const isConstant = (tokens: readonly Token[]): boolean =>
  tokens.length === 1 && (tokens[0]?.kind === 'number' || tokens[0]?.kind === 'string');

const isName = (tokens: readonly Token[]): boolean =>
  tokens.length > 0 &&
  tokens.every((token) => ['word', 'quoted-identifier'].includes(token.kind) || token.text === '.');

const COMPARISONS: Readonly<Record<string, (left: number | string, right: number | string) => boolean>> = {
  '=': (left, right) => left === right,
  '<=>': (left, right) => left === right,
  '==': (left, right) => left === right,
  '<>': (left, right) => left !== right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
};

/** Operators that hold for a value and itself. */
const REFLEXIVE: ReadonlySet<string> = new Set(['=', '==', '<=', '>=', '<=>']);

const constantOf = (tokens: readonly Token[]): number | string =>
  tokens[0]?.kind === 'number' ? Number(tokens[0].text) : spelling(tokens);

/** The operator that begins at a position, whether the scanner gave it as one token or two. */
const operatorAt = (tokens: readonly Token[], position: number): string => {
  const first = tokens[position]?.text ?? '';
  const both = first + (tokens[position + 1]?.text ?? '');
  return both in COMPARISONS && (first.length === 1 || both === '<=>') ? both : first;
};

const comparesTrue = (tokens: readonly Token[]): boolean => {
  const at = tokens.findIndex((_token, position) => operatorAt(tokens, position) in COMPARISONS);
  if (at <= 0) return false;
  const operator = operatorAt(tokens, at);
  const left = tokens.slice(0, at);
  const right = tokens.slice(at + (tokens[at]?.text === operator ? 1 : 2));
  if (isConstant(left) && isConstant(right) && left[0]?.kind === right[0]?.kind)
    return COMPARISONS[operator]?.(constantOf(left), constantOf(right)) ?? false;
  // `column = column` is true for every row that has a value there, which is not what anybody means by it.
  return REFLEXIVE.has(operator) && isName(left) && spelling(left) === spelling(right);
};

const ALWAYS =
  /^(TRUE|NOT FALSE|NOT \( FALSE \)|TRUE IS TRUE|[1-9]\d*|'[1-9]\d*'|.*(?<!NOT) LIKE '%+'|.*(?<!NOT) GLOB '\*+'|.*(?<!NOT) (REGEXP|RLIKE|~) '\^?(\.\*)?\$?'|'(T|TRUE|Y|YES|ON|1)' :: ?BOOL(EAN)?|'(T|TRUE|Y|YES|ON|1)' : : BOOL(EAN)?)$/;

/** `1 IS NOT NULL`, `EXISTS (SELECT 1)`, `EXISTS (SELECT 1 FROM t)`, `a IS a`: no column is asked, or only whether it is itself. */
const asksNothing = (words: string): boolean => {
  if (/^(\S+(?: \. \S+)?) IS (?:NOT DISTINCT FROM )?\1$/.test(words)) return true;
  if (/^(\d+|'[^']*') IS NOT NULL$/.test(words)) return true;
  // A question that is put to another table, and not about the row: it takes every row or none.
  return /^EXISTS \( SELECT (\d+|'[^']*'|TRUE|NULL|\*|\w+)(?: FROM \S+(?: \. \S+)?)? \)$/.test(words);
};

const isTrue = (tokens: readonly Token[]): boolean => {
  const inner = unwrapped(tokens);
  if (comparesTrue(inner)) return true;
  const words = spelling(inner);
  return ALWAYS.test(words) || asksNothing(words) || asksNoColumn(inner);
};

/** `a IS NULL OR a IS NOT NULL`: one of the branches holds for every row. */
const covers = (branches: readonly (readonly Token[])[]): boolean => {
  const said = branches.map((branch) => spelling(unwrapped(branch)));
  return said.some(
    (words) => words.endsWith(' IS NULL') && said.includes(words.replace(/ IS NULL$/, ' IS NOT NULL')),
  );
};

/** Longer conditions are taken for what they say: nobody writes a tautology in so many words. */
const LONGEST = 200;

/**
 * Whether a condition restricts nothing: `1 = 1`, `TRUE`, `a = a`, what `also` says of a part, and whatever is joined to one of
 * them by OR.
 */
export const alwaysTrue = (
  tokens: readonly Token[],
  also: (part: readonly Token[]) => boolean = () => false,
): boolean => {
  if (tokens.length > LONGEST) return false;
  const branches = splitAt(unwrapped(tokens), 'OR');
  if (branches.length > 1 && covers(branches)) return true;
  return branches.some((branch) => {
    const parts = splitAt(unwrapped(branch), 'AND');
    return parts.every((one) => {
      const inner = unwrapped(one);
      if (isTrue(inner) || also(inner)) return true;
      return inner.length > 0 && inner.length < one.length && alwaysTrue(inner, also);
    });
  });
};
