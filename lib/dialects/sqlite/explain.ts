// Reads the driver's errors. Knows no connection.
import { messageOf } from '../../errors/index.ts';
import type { EngineError } from '../contract.ts';

const codeOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;

/**
 * The engine's words and code (https://sqlite.org/rescode.html). SQLITE_BUSY is a lock that was not got in time, and
 * SQLITE_LOCKED one within the process; in both the statement did nothing. A file has no connection to lose.
 */
export const explain = (error: unknown): EngineError => {
  const code = codeOf(error);
  return {
    message: messageOf(error),
    code,
    position: null,
    lockTimeout: code !== null && /^SQLITE_(BUSY|LOCKED)/.test(code),
    connectionLost: false,
  };
};
