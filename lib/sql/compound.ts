// Follows the words of one statement and says whether a semicolon ends it: bodies of triggers and routines hold semicolons.
// Knows the block words that SQL dialects share; never fails, whatever follows what.
import type { ScanRules } from './rules.ts';
import type { Token } from './tokenize.ts';

/** `case` is the expression; `until` is a REPEAT whose condition has begun; every other block closes at a statement's place. */
type Frame = 'block' | 'case' | 'until';

type Kind = 'unknown' | 'plain' | 'trigger' | 'routine' | 'event' | 'rule' | 'script';

/** What has been understood of the statement so far. */
export interface Follower {
  readonly feed: (token: Token) => void;
  /** Whether a semicolon here ends the statement. */
  readonly complete: () => boolean;
}

interface State {
  kind: Kind;
  readonly frames: Frame[];
  words: number;
  first: string;
  previous: string;
  previousToken: Token | null;
  /** The next word stands where a statement begins. */
  atStart: boolean;
  /** The inner statement is a DECLARE, after which `HANDLER FOR ... BEGIN` may come. */
  declares: boolean;
  /** The body is one simple statement. */
  simple: boolean;
  /** FOR EACH ROW was seen. */
  row: boolean;
  parentheses: number;
}

const KINDS: Readonly<Record<string, Kind>> = {
  TRIGGER: 'trigger',
  PROCEDURE: 'routine',
  FUNCTION: 'routine',
  EVENT: 'event',
  RULE: 'rule',
};
/** Words that may stand between CREATE and the kind of thing. */
const BEFORE_KIND = new Set(
  'CREATE ALTER OR REPLACE TEMP TEMPORARY DEFINER AGGREGATE CONSTRAINT SQL SECURITY INVOKER CURRENT_USER CURRENT_ROLE'.split(
    ' ',
  ),
);
const LOOPS = new Set(['IF', 'LOOP', 'WHILE', 'FOR', 'REPEAT']);
const SIMPLE = new Set(
  'RETURN SET SELECT INSERT UPDATE DELETE REPLACE CALL SIGNAL RESIGNAL TRUNCATE WITH EXECUTE ALTER DROP CREATE'.split(
    ' ',
  ),
);
/** After these, an operand is still expected, so that END is a name. */
const EXPECTING = new Set(
  'WHEN THEN ELSE CASE AND OR NOT XOR BETWEEN LIKE IN IS MOD DIV REGEXP RLIKE GLOB MATCH SELECT BY'.split(
    ' ',
  ),
);

const beginsBody = (state: State): boolean =>
  state.kind === 'routine' ||
  (state.kind === 'trigger' ? state.row : state.kind === 'event' && state.previous === 'DO');

/** The first word decides what kind of statement it is, or whether the following words must. */
const identify = (state: State, word: string, rules: ScanRules): void => {
  if (state.kind !== 'unknown') return;
  if (state.words === 1) {
    if (word === 'CREATE' || word === 'ALTER') return;
    // MariaDB runs IF, LOOP and their like outside of routines: https://mariadb.com/kb/en/using-compound-statements-outside-of-stored-programs/
    state.kind = rules.compoundBodies && (LOOPS.has(word) || word === 'CASE') ? 'script' : 'plain';
    if (word === 'BEGIN') state.kind = 'unknown';
    return;
  }
  if (state.first === 'BEGIN') {
    if (word === 'NOT' && state.words === 2) return;
    state.kind = word === 'ATOMIC' && state.previous === 'NOT' ? 'script' : 'plain';
    if (state.kind === 'script') state.frames.push('block');
    return;
  }
  const kind = KINDS[word];
  if (kind) state.kind = kind;
  else if (!BEFORE_KIND.has(word) && state.previousToken?.kind === 'word') state.kind = 'plain';
};

/** END closes an expression where an operand has ended, a block where a statement would begin. */
const closes = (state: State): boolean => {
  const top = state.frames.at(-1);
  if (top === undefined) return false;
  if (top === 'block') return state.atStart;
  const last = state.previousToken;
  if (last?.kind === 'operator') return last.text === ')' || last.text === ']' || last.text === '*/';
  return last?.kind !== 'word' || !EXPECTING.has(state.previous);
};

const opensBegin = (state: State): boolean => {
  if (state.frames.length > 0) return state.atStart || state.declares;
  if (state.simple || state.kind === 'rule') return false;
  const last = state.previousToken;
  return !(
    last?.text === ',' ||
    last?.text === '(' ||
    ['OF', 'ON', 'TRIGGER', 'PROCEDURE', 'FUNCTION', 'EVENT'].includes(state.previous)
  );
};

const opensLoop = (state: State, word: string): boolean => {
  if (state.frames.length > 0) return state.atStart && state.frames.at(-1) !== 'case';
  if (state.simple) return false;
  if (state.kind === 'script') return state.words === 1 || state.atStart;
  if (word === 'FOR' || state.previous in KINDS) return false;
  return beginsBody(state);
};

/** CASE is a statement where one begins; behind WHEN, or within one, it is an expression. */
const caseFrame = (state: State): Frame => {
  const inner = state.frames.at(-1);
  if (inner === 'case') return 'case';
  if (inner !== undefined) return state.atStart ? 'block' : 'case';
  return (state.kind === 'script' || beginsBody(state)) && !state.simple && state.previous !== 'WHEN'
    ? 'block'
    : 'case';
};

/** Returns whether the word puts the next one where a statement begins. */
const onBlockWord = (state: State, word: string): boolean => {
  if (word === 'END' && closes(state)) {
    state.frames.pop();
    return false;
  }
  if (word === 'BEGIN' && opensBegin(state)) {
    state.frames.push('block');
    return true;
  }
  if (word === 'CASE') {
    state.frames.push(caseFrame(state));
    return false;
  }
  if (word === 'UNTIL' && state.atStart && state.frames.at(-1) === 'block') {
    state.frames.splice(-1, 1, 'until');
    return false;
  }
  if (LOOPS.has(word) && opensLoop(state, word)) {
    state.frames.push('block');
    return word === 'LOOP' || word === 'REPEAT';
  }
  if (word === 'ATOMIC' && state.previous === 'BEGIN') {
    // PostgreSQL allows `SET name = value` before it, which looks like the body of a routine elsewhere.
    if (state.frames.length === 0) state.frames.push('block');
    return true;
  }
  const inBlock = state.frames.at(-1) === 'block';
  return inBlock && (word === 'THEN' || word === 'ELSE' || word === 'DO');
};

/** `END IF`, `END LOOP label`: the word behind END names what was closed and opens nothing. */
const namesEnd = (state: State, word: string): boolean =>
  state.previous === 'END' && !state.atStart && (LOOPS.has(word) || word === 'CASE');

const onWord = (state: State, token: Token, rules: ScanRules): void => {
  const word = token.text.toUpperCase();
  state.words += 1;
  if (state.words === 1) state.first = word;
  identify(state, word, rules);
  const opaque = state.kind === 'plain' || state.kind === 'unknown' || state.previousToken?.text === '.';
  let starts = false;
  if (!opaque && !namesEnd(state, word)) {
    if (state.atStart) state.declares = word === 'DECLARE';
    starts = onBlockWord(state, word);
    if (state.frames.length === 0 && beginsBody(state) && SIMPLE.has(word)) state.simple = true;
  }
  if (word === 'ROW' && state.previous === 'EACH') state.row = true;
  state.atStart = starts;
  state.previous = word;
};

const onOther = (state: State, token: Token): void => {
  if (token.text === '(') state.parentheses += 1;
  if (token.text === ')') state.parentheses = Math.max(0, state.parentheses - 1);
  // A label ends in a colon; a semicolon in a body ends an inner statement.
  state.atStart = state.frames.length > 0 && (token.text === ';' || token.text === ':');
  if (token.text === ':' && state.frames.length === 0) state.atStart = false;
  if (token.text === ';') state.declares = false;
  state.previous = '';
};

/** Follows one statement from its first token on. */
export const followStatement = (rules: ScanRules): Follower => {
  const state: State = {
    kind: 'unknown',
    frames: [],
    words: 0,
    first: '',
    previous: '',
    previousToken: null,
    atStart: false,
    declares: false,
    simple: false,
    row: false,
    parentheses: 0,
  };
  return {
    feed: (token) => {
      // A plain statement has no body: whatever follows, the next semicolon ends it.
      if (!rules.compoundBodies || state.kind === 'plain') return;
      if (token.kind === 'word') onWord(state, token, rules);
      else onOther(state, token);
      state.previousToken = token;
    },
    complete: () => state.frames.length === 0 && !(state.kind === 'rule' && state.parentheses > 0),
  };
};
