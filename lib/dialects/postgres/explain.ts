// Reads the errors that the driver throws. Opens nothing.
import { messageOf } from '../../errors/index.ts';
import type { EngineError } from '../contract.ts';

const field = (error: unknown, name: string): string | null => {
  if (typeof error !== 'object' || error === null || !(name in error)) return null;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : null;
};

/** The SQLSTATE, or Node's code for a socket; the first of several where the driver tried several addresses. */
export const codeOf = (error: unknown): string | null => {
  if (error instanceof AggregateError && error.errors.length > 0 && field(error, 'code') === null) {
    return codeOf(error.errors[0]);
  }
  return field(error, 'code');
};

/**
 * SQLSTATE class 08, the server's shutdown codes, its idle timeouts, and Node's words for a broken socket
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const LOST_CODES = /^(08|57P0[1-5]|25P0[34]|ECONNRESET|EPIPE|ETIMEDOUT|ENOTCONN)/;
const LOST_WORDS =
  /connection terminated|connection ended|client has encountered a connection error|not queryable|client was closed/i;

const offset = (error: unknown): number | null => {
  const position = Number(field(error, 'position'));
  return Number.isSafeInteger(position) && position > 0 ? position - 1 : null;
};

/** The server's message with its detail and hint, where it gave them. */
const fullMessage = (error: unknown): string => {
  const parts = [messageOf(error)];
  const detail = field(error, 'detail');
  const hint = field(error, 'hint');
  if (detail) parts.push(detail);
  if (hint) parts.push(`Hint: ${hint}`);
  return parts.join('\n');
};

/**
 * An extension or library that is not installed beside the server: 58P01 until PostgreSQL 14, 0A000 from 15 on
 * (parse_extension_control_file in src/backend/commands/extension.c; the loader in src/backend/utils/fmgr/dfmgr.c).
 */
const MISSING_CODES: ReadonlySet<string> = new Set(['0A000', '58P01']);
const MISSING_WORDS =
  /extension ".*" is not available|could not open extension control file|could not access file|not available in PGlite/;

/** The wall of confine.ts, in the server's words (GetFdwRoutine in src/backend/foreign/foreign.c; plancat.c). */
const WALLED = /access to non-system foreign table is restricted/;

/** What an error says. 55P03: the lock was not available in time, and the statement did nothing. */
export const explain = (error: unknown): EngineError => {
  const code = codeOf(error);
  return {
    message: fullMessage(error),
    code,
    position: offset(error),
    lockTimeout: code === '55P03',
    connectionLost:
      code === null || !/^[0-9A-Z]{5}$/.test(code) || LOST_CODES.test(code)
        ? LOST_CODES.test(code ?? '') || LOST_WORDS.test(messageOf(error))
        : false,
    ...(MISSING_CODES.has(code ?? '') && MISSING_WORDS.test(messageOf(error)) && { missingPart: true }),
    ...(code === '55000' &&
      WALLED.test(messageOf(error)) && {
        outside: 'it reads or writes a foreign table, whose rows are elsewhere',
      }),
  };
};
