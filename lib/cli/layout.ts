// Fits text into columns: wrapping, hanging indents, tables. Pure; knows no colour but ignores escape sequences when it measures.
import { stripVTControlCharacters } from 'node:util';

/** Characters that fill two columns (East Asian wide, emoji), and those that fill none (marks, joiners). */
const WIDE =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303f\uff00-\uff60]/u;
const NONE = /\p{Mark}|\u200d/u;

const columnsOf = (char: string): number => (NONE.test(char) ? 0 : WIDE.test(char) ? 2 : 1);

/** Columns that a text fills on a terminal. */
export const widthOf = (text: string): number => {
  const plain = stripVTControlCharacters(text);
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  return [...plain].reduce((sum, char) => sum + columnsOf(char), 0);
};

/** The text with spaces up to a width. */
export const padTo = (text: string, width: number, right = false): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
};

/** A word in pieces that fit; most words are one piece. */
const pieces = (word: string, width: number): string[] => {
  if (widthOf(word) <= width) return [word];
  const made: string[] = [];
  let piece = '';
  for (const char of word) {
    if (widthOf(piece + char) > width && piece !== '') {
      made.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...made, piece];
};

const wrapLine = (line: string, width: number): string[] => {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ').filter((part) => part !== '')) {
    for (const piece of pieces(word, width)) {
      const longer = current === '' ? piece : `${current} ${piece}`;
      if (widthOf(longer) <= width) current = longer;
      else {
        if (current !== '') lines.push(current);
        current = piece;
      }
    }
  }
  return [...lines, current];
};

/**
 * Lines of at most `width` columns, each indented; line feeds and the indents behind them are kept,
 * and a line that fits is left as it is. Text without escape sequences.
 */
export const wrap = (text: string, width: number, indent = 0): string[] =>
  text.split('\n').flatMap((line) => {
    if (line !== '' && widthOf(line) + indent <= width) return [' '.repeat(indent) + line.trimEnd()];
    const own = Math.min(/^ */.exec(line)?.[0].length ?? 0, Math.floor(width / 2));
    const space = ' '.repeat(indent + own);
    return wrapLine(line, Math.max(1, width - space.length)).map((part) => (part === '' ? '' : space + part));
  });

/** A prefix (which may be coloured) and a text that hangs behind it; `tone` colours each line of the text. */
export const hanging = (
  prefix: string,
  text: string,
  options: { readonly width: number; readonly tone?: (line: string) => string },
): string[] => {
  const indent = widthOf(prefix);
  const tone = options.tone ?? ((line: string) => line);
  return wrap(text, Math.max(1, options.width - indent)).map(
    (line, index) => (index === 0 ? prefix : ' '.repeat(indent)) + (line === '' ? '' : tone(line)),
  );
};

const GAP = 2;

/** Takes from the widest column until all fit; no column below four. */
const fitted = (natural: readonly number[], width: number): number[] => {
  const widths = [...natural];
  const room = Math.max(widths.length * 4, width - GAP * (widths.length - 1));
  let excess = widths.reduce((sum, item) => sum + item, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= 4) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
};

/** Rows in columns that fit the width; long cells wrap within their column. `right`: columns that are set to the right, from 0. */
export const table = (
  rows: readonly (readonly string[])[],
  options: { readonly width: number; readonly indent?: number; readonly right?: readonly number[] },
): string[] => {
  const indent = options.indent ?? 0;
  const size = Math.max(0, ...rows.map((row) => row.length));
  const natural = Array.from({ length: size }, (_, column) =>
    Math.max(1, ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const widths = fitted(natural, options.width - indent);
  return rows.flatMap((row) => {
    const cells = widths.map((width, column) => wrap(row[column] ?? '', width));
    const height = Math.max(1, ...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      (
        ' '.repeat(indent) +
        cells
          .map((cell, column) =>
            padTo(cell[line] ?? '', widths[column] ?? 0, options.right?.includes(column) ?? false),
          )
          .join(' '.repeat(GAP))
      ).trimEnd(),
    );
  });
};
