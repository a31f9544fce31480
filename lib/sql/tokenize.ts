// The scanner: text of SQL to tokens, without loss and in linear time. Knows lexical habits as rules and no grammar.
import type { ScanRules } from './rules.ts';

export type TokenKind =
  | 'word'
  | 'quoted-identifier'
  | 'string'
  | 'number'
  | 'operator'
  /** Ends a statement: `;`, or what a DELIMITER line said. */
  | 'terminator'
  /** `$1`, `?`, `:name`, `@name`, `@@name`. */
  | 'parameter'
  | 'comment'
  /** White space, and the byte order mark at the very start. */
  | 'space'
  /** A whole DELIMITER line. */
  | 'directive';

export interface Token {
  readonly kind: TokenKind;
  /** As written; the texts of all tokens joined give the input. */
  readonly text: string;
  /** Of the first character, from 0. */
  readonly offset: number;
  /** What is between the quotes, with escapes undone; for quoted identifiers and strings. */
  readonly value?: string;
  /** The text ended before the closing quote or comment end. */
  readonly unterminated?: true;
}

interface Scan {
  readonly text: string;
  readonly rules: ScanRules;
  position: number;
  terminator: string;
  /** No token but space and comments since the last terminator: only here is DELIMITER a directive. */
  fresh: boolean;
  /** The last token, for what may not directly follow a word. */
  last: TokenKind | null;
  /** Open executable comments. */
  executable: number;
}

type Piece = Omit<Token, 'offset' | 'text'> & { readonly end: number };

const SPACE = /[ \t\r\n\f\v]+/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
/** https://dev.mysql.com/doc/refman/8.4/en/identifiers.html: a name may begin with a digit, and not consist of digits alone. */
const DIGIT_NAME = /\d[\w$\u0080-\uffff]*/y;
const NUMBER =
  /0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.\d[\d_]*|\.(?!\.))?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const PARAMETER = /\$\w+|\?\d*|@@?[\w$.\u0080-\uffff]+|[:#][A-Za-z_]\w*/y;
const OPERATOR = /::|:=|<=>|->>|->|<=|>=|<>|!=|==|\|\||&&|<<|>>|[\s\S]/y;
const DELIMITER = /delimiter[ \t]+([^\s]+)[^\n]*/iy;
const EXECUTABLE = /\/\*M?!\d*/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

/** The match of a sticky expression at a position; null where it does not match. */
const at = (pattern: RegExp, text: string, position: number): RegExpExecArray | null => {
  pattern.lastIndex = position;
  return pattern.exec(text);
};

/** How far a sticky expression matches here. The match itself, which nobody asks for, would be a list for each token. */
const lengthAt = (pattern: RegExp, { text, position }: Scan): number => {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex - position : 0;
};

const unquote = (body: string, quote: string, backslash: boolean): string => {
  if (!backslash) return body.replaceAll(quote + quote, quote);
  return body.replaceAll(/\\([\s\S])|''|""/g, (all, char?: string) => {
    if (char !== undefined) return ESCAPES[char] ?? char;
    return all[0] === quote ? quote : all;
  });
};

/** From behind the opening quote to behind the closing one; a doubled quote stands for itself. */
const quotedEnd = (text: string, from: number, parts: { quote: string; backslash: boolean }): number => {
  const stop = parts.backslash ? new RegExp(`[\\\\${parts.quote}]`, 'g') : null;
  let position = from;
  while (position < text.length) {
    let hit: number;
    if (stop) {
      stop.lastIndex = position;
      hit = stop.exec(text)?.index ?? -1;
    } else hit = text.indexOf(parts.quote, position);
    if (hit < 0) return -1;
    if (text[hit] === '\\' || text[hit + 1] === parts.quote) position = hit + 2;
    else return hit + 1;
  }
  return -1;
};

const quoted = (
  scan: Scan,
  opening: number,
  parts: { kind: TokenKind; quote: string; backslash: boolean },
): Piece => {
  const from = scan.position + opening;
  const end = quotedEnd(scan.text, from, parts);
  const body = scan.text.slice(from, end < 0 ? undefined : end - 1);
  const value = unquote(body, parts.quote, parts.backslash);
  if (end < 0) return { kind: parts.kind, value, end: scan.text.length, unterminated: true };
  return { kind: parts.kind, value, end };
};

/** Everything up to a closing text, without escapes: brackets and dollar quotes. */
const enclosed = (
  scan: Scan,
  kind: TokenKind,
  marks: { readonly open: string; readonly close: string },
): Piece => {
  const from = scan.position + marks.open.length;
  const hit = scan.text.indexOf(marks.close, from);
  if (hit < 0) return { kind, value: scan.text.slice(from), end: scan.text.length, unterminated: true };
  return { kind, value: scan.text.slice(from, hit), end: hit + marks.close.length };
};

const lineComment = (scan: Scan): Piece => {
  const stop = scan.rules.returnEndsComment ? /[\r\n]/g : /\n/g;
  stop.lastIndex = scan.position;
  return { kind: 'comment', end: stop.exec(scan.text)?.index ?? scan.text.length };
};

const blockComment = (scan: Scan): Piece => {
  const edge = scan.rules.nestedComments ? /\/\*|\*\//g : /\*\//g;
  edge.lastIndex = scan.position + 2;
  let depth = 1;
  for (let hit = edge.exec(scan.text); hit; hit = edge.exec(scan.text)) {
    depth += hit[0] === '*/' ? -1 : 1;
    if (depth === 0) return { kind: 'comment', end: edge.lastIndex };
  }
  return { kind: 'comment', end: scan.text.length, unterminated: true };
};

const comment = (scan: Scan): Piece | null => {
  const { text, rules, position } = scan;
  const two = text.slice(position, position + 2);
  if (two === '--') {
    const next = text[position + 2] ?? '\n';
    // https://dev.mysql.com/doc/refman/8.4/en/ansi-diff-comments.html: white space or a control character must follow.
    return !rules.dashNeedsSpace || next <= ' ' ? lineComment(scan) : null;
  }
  if (text[position] === '#' && rules.hashComments) return lineComment(scan);
  if (two !== '/*') return null;
  const opening = rules.executableComments ? lengthAt(EXECUTABLE, scan) : 0;
  if (opening === 0) return blockComment(scan);
  scan.executable += 1;
  return { kind: 'operator', end: position + opening };
};

/** `E'..'`, `x'..'`, `N'..'`, `U&'..'`: a prefix belongs to its string, for it decides what a backslash means. */
const prefixed = (scan: Scan, char: string): Piece | null => {
  const { text, rules, position } = scan;
  if (text[position + 1] === "'" && /[eExXbBnN]/.test(char)) {
    const escaped = rules.backslashEscapes === 'e-strings' && /[eE]/.test(char);
    const backslash = rules.backslashEscapes === 'always' || escaped;
    return quoted(scan, 2, { kind: 'string', quote: "'", backslash });
  }
  if (!/[uU]/.test(char) || text[position + 1] !== '&' || !rules.dollarQuotes) return null;
  const quote = text[position + 2];
  if (quote === "'") return quoted(scan, 3, { kind: 'string', quote, backslash: false });
  return quote === '"' ? quoted(scan, 3, { kind: 'quoted-identifier', quote, backslash: false }) : null;
};

const quotation = (scan: Scan, char: string): Piece | null => {
  const { rules } = scan;
  const backslash = rules.backslashEscapes === 'always';
  if (char === "'") return quoted(scan, 1, { kind: 'string', quote: char, backslash });
  if (char === '"' && rules.doubleQuotes === 'string')
    return quoted(scan, 1, { kind: 'string', quote: char, backslash });
  if (char === '"') return quoted(scan, 1, { kind: 'quoted-identifier', quote: char, backslash: false });
  if (char === '`' && rules.backticks)
    return quoted(scan, 1, { kind: 'quoted-identifier', quote: char, backslash: false });
  if (char === '[' && rules.brackets) return enclosed(scan, 'quoted-identifier', { open: '[', close: ']' });
  if (char !== '$' || !rules.dollarQuotes) return prefixed(scan, char);
  const tag = at(DOLLAR_TAG, scan.text, scan.position)?.[0];
  return tag === undefined ? null : enclosed(scan, 'string', { open: tag, close: tag });
};

/** A word ends where the client would see its delimiter, as in `END$$`. */
const word = (scan: Scan, pattern = WORD): Piece | null => {
  const length = lengthAt(pattern, scan);
  if (length === 0) return null;
  const end = scan.position + length;
  if (scan.terminator === ';') return { kind: 'word', end };
  const cut = scan.text.slice(scan.position, end).indexOf(scan.terminator);
  return { kind: 'word', end: cut > 0 ? scan.position + cut : end };
};

const parameter = (scan: Scan, char: string): Piece | null => {
  // After a word `:` is a label or a slice, and `@` joins user and host; where `$` quotes, `@` and `?` are operators.
  const follows = scan.last === 'word' || scan.last === 'number' || scan.last === 'quoted-identifier';
  if (char === ':' && follows) return null;
  if ((char === '@' && (follows || scan.rules.dollarQuotes)) || (char === '?' && scan.rules.dollarQuotes))
    return null;
  if (char === '#' || !'$?:@'.includes(char)) return null;
  const length = lengthAt(PARAMETER, scan);
  return length > 0 ? { kind: 'parameter', end: scan.position + length } : null;
};

const directive = (scan: Scan): Piece | null => {
  if (!scan.fresh || !scan.rules.delimiterDirective) return null;
  const found = at(DELIMITER, scan.text, scan.position);
  if (!found) return null;
  scan.terminator = (found[1] ?? ';').replaceAll(/^(['"`])(.+)\1$/g, '$2');
  return { kind: 'directive', end: scan.position + found[0].length };
};

const space = (scan: Scan): Piece | null => {
  const mark = scan.position === 0 && scan.text[0] === '\ufeff' ? 1 : 0;
  const length = mark || lengthAt(SPACE, scan);
  return length > 0 ? { kind: 'space', end: scan.position + length } : null;
};

const closing = (scan: Scan): Piece | null => {
  if (scan.executable === 0 || !scan.text.startsWith('*/', scan.position)) return null;
  scan.executable -= 1;
  return { kind: 'operator', end: scan.position + 2 };
};

/** `2020_log`, and the point of `log.2020_10`: neither is the beginning of a number where names may begin with a digit. */
const digitName = (scan: Scan, number: number): Piece | null => {
  if (!scan.rules.digitNames || number === 0) return null;
  const isPoint = scan.text[scan.position] === '.';
  if (isPoint && (scan.last === 'word' || scan.last === 'quoted-identifier'))
    return { kind: 'operator', end: scan.position + 1 };
  return lengthAt(DIGIT_NAME, scan) > number ? word(scan, DIGIT_NAME) : null;
};

const plain = (scan: Scan): Piece => {
  const length = lengthAt(NUMBER, scan);
  const named = digitName(scan, length);
  if (named) return named;
  if (length > 0) return { kind: 'number', end: scan.position + length };
  return { kind: 'operator', end: scan.position + Math.max(1, lengthAt(OPERATOR, scan)) };
};

/** A letter or `_`, and nothing behind it that would make it the prefix of a string. */
const beginsWord = ({ text, position, rules, fresh }: Scan): boolean => {
  const code = text.charCodeAt(position) | 32;
  const isLetter = (code >= 97 && code <= 122) || text[position] === '_';
  if (!isLetter || (fresh && rules.delimiterDirective)) return false;
  const behind = text[position + 1];
  return behind !== "'" && behind !== '&';
};

/** What most of a text is made of, without asking for everything else first; null where it is something else. */
const common = (scan: Scan): Piece | null => {
  const { text, position } = scan;
  if (scan.terminator !== ';') return null;
  const char = text[position] ?? '';
  if (char === ' ' && (text.charCodeAt(position + 1) | 0) > 32) return { kind: 'space', end: position + 1 };
  if (char === '(' || char === ')' || char === ',') return { kind: 'operator', end: position + 1 };
  if (char === '"' || char === "'" || char === '`') return quotation(scan, char);
  return beginsWord(scan) ? word(scan) : null;
};

const next = (scan: Scan): Piece => {
  const usual = common(scan);
  if (usual) return usual;
  const blank = space(scan) ?? directive(scan);
  if (blank) return blank;
  if (scan.text.startsWith(scan.terminator, scan.position)) {
    return { kind: 'terminator', end: scan.position + scan.terminator.length };
  }
  const char = scan.text[scan.position] ?? '';
  return (
    comment(scan) ??
    closing(scan) ??
    quotation(scan, char) ??
    word(scan) ??
    parameter(scan, char) ??
    plain(scan)
  );
};

/** Scans a text into tokens. Never throws and never loses a character, whatever the text is. */
export const tokenize = (text: string, rules: ScanRules): readonly Token[] => {
  const scan: Scan = { text, rules, position: 0, terminator: ';', fresh: true, last: null, executable: 0 };
  const tokens: Token[] = [];
  while (scan.position < text.length) {
    const { kind, value, end, unterminated } = next(scan);
    const offset = scan.position;
    const found = { kind, text: text.slice(offset, end), offset };
    const token = value === undefined ? found : { ...found, value };
    tokens.push(unterminated ? { ...token, unterminated } : token);
    scan.position = end;
    scan.last = kind;
    if (kind === 'terminator' || kind === 'directive') scan.fresh = true;
    else if (kind !== 'space' && kind !== 'comment') scan.fresh = false;
  }
  return tokens;
};
