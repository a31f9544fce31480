// What the scanner must know of a dialect's lexical grammar, as data.

/** The lexical habits of one dialect; each is a fact of its manual. */
export interface ScanRules {
  /** `$tag$ ... $tag$` (PostgreSQL). */
  readonly dollarQuotes: boolean;
  /** `` `name` `` quotes an identifier (MySQL, SQLite). */
  readonly backticks: boolean;
  /** `[name]` quotes an identifier (SQLite). */
  readonly brackets: boolean;
  /** `"..."` is an identifier by default; `string` where the server's mode says so (MySQL without ANSI_QUOTES). */
  readonly doubleQuotes: 'identifier' | 'string';
  /** A backslash escapes inside `'...'`: always (MySQL), only in `E'...'` (PostgreSQL), never (SQLite). */
  readonly backslashEscapes: 'always' | 'e-strings' | 'never';
  /** `#` starts a comment (MySQL). */
  readonly hashComments: boolean;
  /** `--` starts a comment only before white space (MySQL). */
  readonly dashNeedsSpace: boolean;
  /** A carriage return ends a line comment, not only a line feed (PostgreSQL). Absent: it does not. */
  readonly returnEndsComment?: boolean;
  /** Block comments nest (PostgreSQL). */
  readonly nestedComments: boolean;
  /** Executable comments, slash-star-bang (MySQL) and slash-star-M-bang (MariaDB), are code and not comments. */
  readonly executableComments: boolean;
  /** A name that is not quoted may begin with a digit (MySQL). Absent: it may not. */
  readonly digitNames?: boolean;
  /** `DELIMITER //` lines change the terminator (the mysql client's directive). */
  readonly delimiterDirective: boolean;
  /** `BEGIN ... END` bodies of triggers and routines contain semicolons. */
  readonly compoundBodies: boolean;
}
