// Facts of SQLite that hold for every file, as data: the lexical grammar and what the engine can do. Knows no connection.
import type { ScanRules } from '../../sql/index.ts';
import type { DialectFacts } from '../contract.ts';

/** The dialect's name, as in the configuration and in every snapshot. */
export const NAME = 'sqlite';

/** https://sqlite.org/lang_keywords.html (four ways of quoting) and https://sqlite.org/lang_comment.html (comments do not nest). */
export const scan: ScanRules = {
  dollarQuotes: false,
  backticks: true,
  brackets: true,
  doubleQuotes: 'identifier',
  backslashEscapes: 'never',
  hashComments: false,
  dashNeedsSpace: false,
  nestedComments: false,
  executableComments: false,
  delimiterDirective: false,
  compoundBodies: true,
};

/** https://sqlite.org/lang_transaction.html: DDL is transactional; https://sqlite.org/limits.html: names have no limit of their own. */
export const facts: DialectFacts = {
  transactionalDdl: true,
  identifierLimit: null,
  namespaces: false,
  lockExcludesWriters: true,
  placeholder: () => '?',
};

/** How the files of shadow databases begin: nobody else's do. */
export const SHADOW_PREFIX = 'dbsync_shadow_';

/** An identifier, quoted. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as an SQL string literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Folds letter case as the engine compares names: ASCII only (sqlite3_stricmp). */
export const fold = (name: string): string =>
  /^[\u0000-\u007f]*$/.test(name)
    ? name.toLowerCase()
    : name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** A name or text from a database, made safe for a terminal. */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
