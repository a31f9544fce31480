// The lexical habits and the fixed facts of MySQL and MariaDB, as data.
import type { ScanRules } from '../../sql/index.ts';
import type { DialectFacts } from '../contract.ts';

/** How the default sql_mode reads text. ANSI_QUOTES and NO_BACKSLASH_ESCAPES change it; see `scanRulesFor`. */
export const SCAN_RULES: ScanRules = {
  dollarQuotes: false,
  backticks: true,
  brackets: false,
  doubleQuotes: 'string',
  backslashEscapes: 'always',
  hashComments: true,
  dashNeedsSpace: true,
  nestedComments: false,
  executableComments: true,
  digitNames: true,
  delimiterDirective: true,
  compoundBodies: true,
};

/** The rules under a server's sql_mode (manual, "Server SQL Modes"). */
export const scanRulesFor = (sqlMode: string): ScanRules => {
  const modes = new Set(sqlMode.toUpperCase().split(','));
  return {
    ...SCAN_RULES,
    ...(modes.has('ANSI_QUOTES') && { doubleQuotes: 'identifier' as const }),
    ...(modes.has('NO_BACKSLASH_ESCAPES') && { backslashEscapes: 'never' as const }),
  };
};

export const FACTS: DialectFacts = {
  // Every DDL statement commits implicitly (manual, "Statements That Cause an Implicit Commit").
  transactionalDdl: false,
  // 64 characters for most objects (manual, "Identifier Length Limits"); a name of ASCII letters has as many bytes.
  identifierLimit: 64,
  // What MySQL calls a schema is a database of its own: dbsync looks at exactly one.
  namespaces: false,
  placeholder: () => '?',
};
