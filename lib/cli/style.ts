// How a terminal is written to: width, colours and symbols, decided once from what the caller says of it. Reads no environment.

/** What must be known of a stream. */
export interface StreamFacts {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The variables that decide, as the process found them. */
export interface StyleVariables {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
  readonly LC_ALL?: string | undefined;
  readonly LC_CTYPE?: string | undefined;
  readonly LANG?: string | undefined;
}

export type Tone = 'strong' | 'quiet' | 'good' | 'warning' | 'bad' | 'accent';

export interface Symbols {
  readonly ok: string;
  readonly warning: string;
  readonly failed: string;
  readonly skipped: string;
  readonly bullet: string;
  readonly arrow: string;
  readonly more: string;
}

export interface Style {
  /** Columns that a line may fill. */
  readonly width: number;
  readonly colour: boolean;
  readonly symbols: Symbols;
  /** Colours a text that holds no escape sequences of its own. */
  readonly paint: (tone: Tone, text: string) => string;
  /** Our own punctuation, in characters that the terminal has. */
  readonly plain: (text: string) => string;
}

/** Select Graphic Rendition: https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ section 8.3.117. */
const CODES: Readonly<Record<Tone, readonly [number, number]>> = {
  strong: [1, 22],
  quiet: [2, 22],
  good: [32, 39],
  warning: [33, 39],
  bad: [31, 39],
  accent: [36, 39],
};

const UNICODE: Symbols = {
  ok: '✔',
  warning: '⚠',
  failed: '✖',
  skipped: '–',
  bullet: '•',
  arrow: '→',
  more: '…',
};

const ASCII: Symbols = {
  ok: '+',
  warning: '!',
  failed: 'x',
  skipped: '-',
  bullet: '*',
  arrow: '->',
  more: '...',
};

const DEFAULT_WIDTH = 80;
/** Below this a terminal reports nonsense (0, 1), above the second a line is hard to read. */
const MIN_WIDTH = 20;
const MAX_WIDTH = 120;

const widthFrom = (columns: number | undefined): number =>
  columns === undefined || columns < MIN_WIDTH ? DEFAULT_WIDTH : Math.min(columns, MAX_WIDTH);

/** As Node decides it (`tty.WriteStream.getColorDepth`): FORCE_COLOR over NO_COLOR over TERM over being a terminal. */
const hasColour = (stream: StreamFacts, variables: StyleVariables): boolean => {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = variables;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return term !== 'dumb' && stream.isTTY === true;
};

/** A locale that is stated and is not UTF-8 has no symbols; the Linux console and a dumb terminal neither. */
const hasSymbols = (variables: StyleVariables): boolean => {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = variables;
  if (TERM === 'dumb' || TERM === 'linux') return false;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale === '' || /utf-?8/i.test(locale);
};

/** Decides width, colours and symbols for one stream. */
export const style = (stream: StreamFacts, variables: StyleVariables): Style => {
  const colour = hasColour(stream, variables);
  const symbols = hasSymbols(variables) ? UNICODE : ASCII;
  return {
    width: widthFrom(stream.columns),
    colour,
    symbols,
    paint: (tone, text) => {
      const [open, close] = CODES[tone];
      return colour && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
    },
    plain: (text) =>
      symbols === UNICODE ? text : text.replaceAll('–', '-').replaceAll('→', '->').replaceAll('…', '...'),
  };
};
