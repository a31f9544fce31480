// Markdown that its values cannot break: names from a live database are data, whatever they look like. Knows no artifact.
import { oneLine, printable } from './printable.ts';

/** Characters that mean something in the middle of a line; `<` and `&` are handled first, as entities. */
const SPECIAL = /[\\`*[\]~|]|:\/\/|(?<=\bwww)\.|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
const entity = (char: string): string => `&#${char.codePointAt(0)};`;

/** A backslash escape; a pipe becomes an entity, because a backslash before it reads differently from table to table. */
const escaped = (match: string): string => {
  if (match === '|') return entity(match);
  return match === '://' ? '\\://' : `\\${match}`;
};

/** What would start a heading, a list, a quotation or a rule at the beginning of a line. */
const LINE_START = /^(?:([#>+=-])|(\d+)([.)])(?= |$))/;
const tame = (line: string): string =>
  line.replace(LINE_START, (_all, mark?: string, digits?: string, stop?: string) =>
    mark ? `\\${mark}` : `${digits}\\${stop}`,
  );

/** Prose on one line, in which nothing is markup. Safe in a table cell as well. */
export const text = (value: string): string =>
  tame(oneLine(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replace(SPECIAL, escaped));

const longestRun = (value: string): number =>
  Math.max(0, ...[...value.matchAll(/`+/g)].map((match) => match[0].length));

/** A code span on one line, whatever backticks the value holds. Not for table cells: see `cell`. */
export const code = (value: string): string => {
  const line = oneLine(value);
  if (line === '') return '(empty)';
  const marks = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${marks}${pad}${line}${pad}${marks}`;
};

/**
 * A code span for a table cell. A pipe ends a cell even inside a code span (GitHub Flavored Markdown, tables extension), so a
 * value that holds one is written as an element made of entities.
 */
export const cell = (value: string): string => {
  const line = oneLine(value);
  return line.includes('|') ? `<code>${line.replace(/[^\p{L}\p{N} ]/gu, entity)}</code>` : code(line);
};

/** A fenced block whose fence is longer than any run of backticks inside. */
export const fence = (value: string, language = ''): string => {
  const marks = '`'.repeat(Math.max(3, longestRun(value) + 1));
  return `${marks}${language}\n${printable(value).replace(/\n+$/, '')}\n${marks}`;
};
