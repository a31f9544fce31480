// One statement of a migration, and where it stands.

export interface Statement {
  /** Without its terminator and without leading or trailing white space; comments inside are kept. */
  readonly text: string;
  /** Relative file it came from, for people. */
  readonly file: string;
  /** Line of its first word, from 1. */
  readonly line: number;
  /** Offset of its first character in the file's text, from 0. */
  readonly offset: number;
  /** Position in the file, from 0. */
  readonly index: number;
}
