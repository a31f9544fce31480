// One way to write a definition, whatever version of the server said it. Text only; touches no database and parses no grammar.
import { type Token, tokenize } from '../../../sql/index.ts';
import { SCAN_RULES } from '../rules.ts';

/** A token of the definition, and how deep it stands. */
interface Placed {
  readonly token: Token;
  /** Parentheses around it. */
  readonly depth: number;
  /** Whether a query within the query is among them. */
  readonly inner: boolean;
}

const QUERIES: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES']);
const SET_OPERATIONS: ReadonlySet<string> = new Set(['UNION', 'INTERSECT', 'EXCEPT']);
const AFTER_FROM: ReadonlySet<string> = new Set([
  'WHERE',
  'GROUP',
  'HAVING',
  'WINDOW',
  'ORDER',
  'OFFSET',
  'LIMIT',
  'FETCH',
  'FOR',
]);
/** Words before the one thing that a FROM names; the server quotes them where they are names. */
const BEFORE_SOURCE: ReadonlySet<string> = new Set(['ONLY', 'LATERAL', 'ROWS', 'FROM']);
/** What follows these is a type or a collation, and may have a schema that is called as the view's table. */
const NAMES_NO_COLUMN: ReadonlySet<string> = new Set(['.', '::', 'COLLATE', 'AS']);

const placed = (definition: string): readonly Placed[] => {
  const tokens = tokenize(definition, SCAN_RULES).filter(({ kind }) => kind !== 'space');
  const open: boolean[] = [];
  return tokens.map((token, index) => {
    const inner = open.at(-1) ?? false;
    if (token.text === ')') open.pop();
    const depth = open.length;
    if (token.text === '(') open.push(inner || QUERIES.has(tokens[index + 1]?.text ?? ''));
    return { token, depth, inner };
  });
};

/** The server writes its keywords in capitals, and quotes a name that has one (quote_identifier in ruleutils.c). */
const PLAIN_NAME = /^[a-z_\u0080-\uffff]/;

const isName = (one: Placed | undefined): boolean =>
  one?.token.kind === 'quoted-identifier' || (one?.token.kind === 'word' && PLAIN_NAME.test(one.token.text));

/** The text without the tokens that `isDropped` says, and the space behind them. */
const without = (
  text: string,
  list: readonly Placed[],
  isDropped: (one: Placed, place: number) => boolean,
): string => {
  let [kept, position] = ['', 0];
  for (const [place, one] of list.entries()) {
    if (!isDropped(one, place)) continue;
    kept += text.slice(position, one.token.offset);
    position = list[place + 1]?.token.offset ?? text.length;
  }
  return kept + text.slice(position);
};

/** The place behind the parenthesis that closes the one at `index`. */
const behind = (list: readonly Placed[], index: number): number => {
  const depth = list[index]?.depth;
  const end = list.findIndex(
    ({ token, depth: at }, place) => place > index && token.text === ')' && at === depth,
  );
  return end < 0 ? list.length : end + 1;
};

/** What the columns of a FROM's only entry are called after; null where it has several entries, or none that can be told. */
const sourceOf = (from: readonly Placed[]): string | null => {
  if (from.some(({ token, depth }) => depth === 0 && token.text === ',')) return null;
  let place = 0;
  while (BEFORE_SOURCE.has(from[place]?.token.text ?? '')) place += 1;
  const first = from[place];
  if (first?.token.text === '(') {
    // The server puts a join into parentheses.
    const query = QUERIES.has(from[place + 1]?.token.text ?? '') || from[place - 1]?.token.text === 'FROM';
    if (!query) return null;
    place = behind(from, place);
  } else {
    if (!isName(first)) return null;
    while (from[place + 1]?.token.text === '.' && isName(from[place + 2])) place += 2;
    if (from[place + 1]?.token.text === '(') place = behind(from, place + 1);
    else if (!isName(from[place + 1])) return from[place]?.token.text ?? null;
    else place += 1;
  }
  if (from[place]?.token.text === 'WITH') place += 2; // WITH ORDINALITY
  return isName(from[place]) ? (from[place]?.token.text ?? null) : null;
};

/** The outermost query's FROM, from behind the word to before the next clause; null where there is none, or several queries. */
const fromOf = (list: readonly Placed[]): { readonly start: number; readonly end: number } | null => {
  const atTop = ({ depth }: Placed): boolean => depth === 0;
  if (list.some((one) => atTop(one) && SET_OPERATIONS.has(one.token.text))) return null;
  const start = list.findIndex((one) => atTop(one) && one.token.text === 'FROM') + 1;
  if (start === 0) return null;
  const end = list.findIndex((one, place) => place >= start && atTop(one) && AFTER_FROM.has(one.token.text));
  return { start, end: end < 0 ? list.length : end };
};

/**
 * A view's definition as servers from 16 on write it: columns of the outermost query without their table, where its FROM has one
 * entry. Until 15 they are written with it (get_query_def in src/backend/utils/adt/ruleutils.c: what made the difference are the
 * entries for OLD and NEW, which views have had no more since). The same view is then the same text in every version.
 */
export const plainView = (definition: string): string => {
  const list = placed(definition);
  const from = fromOf(list);
  const source = from && sourceOf(list.slice(from.start, from.end));
  if (!from || source === null) return definition;
  const isQualifier = (one: Placed | undefined, place: number): boolean =>
    one?.inner === false &&
    one.token.text === source &&
    (place < from.start || place >= from.end) &&
    list[place + 1]?.token.text === '.' &&
    isName(list[place + 2]) &&
    list[place + 3]?.token.text !== '(' &&
    !NAMES_NO_COLUMN.has(list[place - 1]?.token.text ?? '');
  return without(
    definition,
    list,
    (one, place) => isQualifier(one, place) || isQualifier(list[place - 1], place - 1),
  );
};

/**
 * A procedure's definition without IN before its arguments, which is what an argument is that says nothing: from 14 on it is written
 * (print_function_arguments in src/backend/utils/adt/ruleutils.c).
 */
export const plainProcedure = (definition: string): string => {
  const list = placed(definition);
  const end = behind(
    list,
    list.findIndex(({ token }) => token.text === '('),
  );
  return without(
    definition,
    list,
    ({ token, depth }, place) =>
      token.text === 'IN' &&
      depth === 1 &&
      place < end &&
      ['(', ','].includes(list[place - 1]?.token.text ?? ''),
  );
};
