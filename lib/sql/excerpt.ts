// Shows where in a text something is: the line with its number, its neighbours, and a caret. Knows no SQL.

/** Columns of the text that are shown; longer lines are cut around the caret. */
const WIDTH = 100;
/** Characters that take two columns in a terminal. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** A control or direction character must not reach a terminal: each becomes one `?`. A tab becomes one space. */
const neutral = (text: string): string =>
  text
    .replaceAll('\t', ' ')
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '?');

const columns = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0);

/** The part of a line around a column, with dots where it was cut. */
const window = (line: string, column: number): { readonly shown: string; readonly column: number } => {
  if (line.length <= WIDTH) return { shown: neutral(line), column: columns(neutral(line.slice(0, column))) };
  const start = Math.min(Math.max(0, column - WIDTH / 2), line.length - WIDTH);
  const head = start > 0 ? '...' : '';
  const tail = start + WIDTH < line.length ? '...' : '';
  const shown = neutral(line.slice(start, start + WIDTH));
  const before = neutral(line.slice(start, column));
  return { shown: `${head}${shown}${tail}`, column: head.length + columns(before) };
};

const lineStart = (text: string, position: number): number =>
  position > 0 ? text.lastIndexOf('\n', position - 1) + 1 : 0;

const lineEnd = (text: string, position: number): number => {
  const end = text.indexOf('\n', position);
  return end < 0 ? text.length : end;
};

const lineAt = (text: string, start: number): string =>
  text.slice(start, lineEnd(text, start)).replace(/\r$/, '');

const countLines = (text: string, end: number): number => {
  let count = 0;
  for (let hit = text.indexOf('\n'); hit >= 0 && hit < end; hit = text.indexOf('\n', hit + 1)) count += 1;
  return count;
};

/**
 * The line around a position (in characters from 0; out of range means the nearest end) with its neighbours and a caret below.
 * `firstLine` is the number of the text's first line, for a statement that stands further down in its file.
 */
export const excerpt = (text: string, position: number, firstLine = 1): string => {
  const place = Math.min(Math.max(0, Math.trunc(position) || 0), text.length);
  const start = lineStart(text, place);
  const end = lineEnd(text, start);
  const number = countLines(text, start) + firstLine;
  const digits = String(number + 1).length;
  const row = (mark: string, label: string, content: string): string =>
    `${mark} ${label.padStart(digits)} | ${content}`.trimEnd();
  const rows: string[] = [];
  if (start > 0)
    rows.push(row(' ', String(number - 1), window(lineAt(text, lineStart(text, start - 1)), 0).shown));
  const { shown, column } = window(lineAt(text, start), place - start);
  rows.push(row('>', String(number), shown), row(' ', '', `${' '.repeat(column)}^`));
  if (end < text.length - 1) rows.push(row(' ', String(number + 1), window(lineAt(text, end + 1), 0).shown));
  return rows.join('\n');
};
