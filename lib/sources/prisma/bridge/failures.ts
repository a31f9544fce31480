// Errors in the words of Prisma's CLI: its own codes where dbsync knows better, the engine's text where it does not. Pure.
//
// Facts: libs/user-facing-errors (common.rs, schema_engine.rs).
import type { Address } from '../../../dialects/contract.ts';
import { DbsyncError, type ErrorCode, messageOf } from '../../../errors/index.ts';

/** An error that the CLI shows as its own. */
export interface Failure {
  /** `P1003`; null: no code of Prisma's. */
  readonly code: string | null;
  readonly message: string;
  readonly panic: boolean;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** A failure on its way to the CLI. */
const CLI_CODES: Partial<Readonly<Record<ErrorCode, string>>> = {
  CONNECT_DNS: 'P1001',
  CONNECT_REFUSED: 'P1001',
  CONNECT_TIMEOUT: 'P1001',
  CONNECT_FAILED: 'P1001',
  CONNECT_AUTH: 'P1000',
  CONNECT_PERMISSION: 'P1010',
  CONNECT_TLS: 'P1011',
  DATABASE_MISSING: 'P1003',
  URL_INVALID: 'P1013',
};

const sentences = (error: DbsyncError): string =>
  [error.message, error.why, ...error.next.filter((line) => !line.startsWith('$ '))]
    .filter((line) => line !== undefined)
    .join('\n');

/** Reads anything thrown. The engine's own errors keep their text and code. */
export const failureOf = (error: unknown, address: Address | null): Failure => {
  if (!(error instanceof DbsyncError))
    return { code: null, message: messageOf(error), panic: false, meta: {} };
  const stated = error.details.prismaCode;
  const code = CLI_CODES[error.code] ?? (typeof stated === 'string' ? stated : null);
  const engine = error.code === 'SOURCE_TOOL_FAILED' || error.code === 'SOURCE_INVALID';
  const missing = error.code === 'DATABASE_MISSING';
  return {
    code,
    message: missing
      ? `Database \`${address?.display ?? ''}\` does not exist`
      : engine
        ? (error.why ?? error.message)
        : sentences(error),
    panic: /internal error|died/.test(error.message),
    meta: missing ? { database_name: address?.display ?? '' } : {},
  };
};

/** The failure of a migration, as Prisma's native engine tells it. */
export const migrationFailed = (name: string, parts: { code: string | null; message: string }): Failure => {
  const code = parts.code ?? 'none';
  return {
    code: 'P3018',
    message: `A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\nMigration name: ${name}\n\nDatabase error code: ${code}\n\nDatabase error:\n${parts.message}\n`,
    panic: false,
    meta: { migration_name: name, database_error_code: code, database_error: parts.message },
  };
};

/** As JSON-RPC carries it. */
export const rpcError = (failure: Failure): object => ({
  code: 4466,
  message: 'An error happened. Check the data field for details.',
  data: {
    is_panic: failure.panic,
    message: failure.message,
    meta: failure.meta,
    ...(failure.code !== null && { error_code: failure.code }),
  },
});
