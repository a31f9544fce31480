// PostgreSQL's lexical grammar and its limits, as data (https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
import type { ScanRules } from '../../sql/index.ts';
import type { DialectFacts } from '../contract.ts';

export const SCAN_RULES: ScanRules = {
  dollarQuotes: true,
  backticks: false,
  brackets: false,
  doubleQuotes: 'identifier',
  backslashEscapes: 'e-strings',
  hashComments: false,
  dashNeedsSpace: false,
  returnEndsComment: true,
  nestedComments: true,
  executableComments: false,
  delimiterDirective: false,
  // `BEGIN ATOMIC ... END` bodies of SQL functions, from PostgreSQL 14.
  compoundBodies: true,
};

export const FACTS: DialectFacts = {
  transactionalDdl: true,
  // NAMEDATALEN is 64, one byte of it the terminator.
  identifierLimit: 63,
  namespaces: true,
  placeholder: (position) => `$${position}`,
};

/** The oldest server whose catalogue dbsync reads without gaps: generated columns, procedures and partitioning as now. */
export const OLDEST_MAJOR = 12;
