// Reads the driver's errors. Knows no connection.
import { messageOf } from '../../errors/index.ts';
import type { EngineError } from '../contract.ts';
import { printable, quote } from './rules.ts';

const codeOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;

/** ALTER TABLE reads every view and trigger of the schema (https://sqlite.org/lang_altertable.html); one that it breaks stops it. */
const READER = /^error in (view|trigger) (.+?)(?: after (?:drop column|rename))?: /;

/** What to do about a reader in the way; '' where none is. */
const remedyOf = (message: string): string => {
  const [, kind = '', name = ''] = READER.exec(message) ?? [];
  if (kind === '') return '';
  const drop = `DROP ${kind.toUpperCase()} ${printable(quote(name))}`;
  return ` (the ${kind} reads what the statement changes: put ${drop} before the table's first statement in this migration, and make the ${kind} again at its end)`;
};

/**
 * The engine's words and code (https://sqlite.org/rescode.html). SQLITE_BUSY is a lock that was not got in time, and
 * SQLITE_LOCKED one within the process; in both the statement did nothing. A file has no connection to lose.
 */
export const explain = (error: unknown): EngineError => {
  const code = codeOf(error);
  const message = messageOf(error);
  return {
    message: `${message}${remedyOf(message)}`,
    code,
    position: null,
    lockTimeout: code !== null && /^SQLITE_(BUSY|LOCKED)/.test(code),
    connectionLost: false,
  };
};
