// Cuts a file into statements as the database's own client would. Knows no grammar beyond where a statement ends.
import { followStatement } from './compound.ts';
import type { ScanRules } from './rules.ts';
import type { Statement } from './statement.ts';
import { type Token, tokenize } from './tokenize.ts';

export interface SplitOptions {
  /** Relative file, for people. */
  readonly file: string;
  readonly rules: ScanRules;
}

interface Cut {
  readonly text: string;
  readonly file: string;
  readonly statements: Statement[];
  /** Position and line up to which lines were counted. */
  counted: number;
  line: number;
}

const lineOf = (cut: Cut, offset: number): number => {
  for (let hit = cut.text.indexOf('\n', cut.counted); hit >= 0 && hit < offset; ) {
    cut.line += 1;
    hit = cut.text.indexOf('\n', hit + 1);
  }
  cut.counted = offset;
  return cut.line;
};

const add = (cut: Cut, first: Token, last: Token): void => {
  cut.statements.push({
    text: cut.text.slice(first.offset, last.offset + last.text.length),
    file: cut.file,
    line: lineOf(cut, first.offset),
    offset: first.offset,
    index: cut.statements.length,
  });
};

/** A semicolon inside a body is part of it; a delimiter of the client's own always ends the statement. */
const ends = (token: Token, complete: () => boolean): boolean =>
  token.kind === 'terminator' ? token.text !== ';' || complete() : token.kind === 'directive';

/**
 * The statements of a file, in order. Empty ones, and tails of nothing but comments, are dropped; a comment above a statement is
 * not part of it and stands before its offset. Linear, and never throws: what is unterminated ends with the text.
 */
export const splitStatements = (text: string, options: SplitOptions): readonly Statement[] => {
  const cut: Cut = { text, file: options.file, statements: [], counted: 0, line: 1 };
  let first: Token | null = null;
  let last: Token | null = null;
  let follower = followStatement(options.rules);
  for (const token of tokenize(text, options.rules)) {
    if (token.kind === 'space' || token.kind === 'comment') continue;
    if (ends(token, follower.complete)) {
      if (first && last) add(cut, first, last);
      first = null;
      last = null;
      follower = followStatement(options.rules);
      continue;
    }
    // A lone semicolon between statements is an empty statement.
    first ??= token;
    last = token;
    follower.feed(token);
  }
  if (first && last) add(cut, first, last);
  return cut.statements;
};
