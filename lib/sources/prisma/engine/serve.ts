// The main thread's answers to the engine's adapter: each statement on the session that it belongs to. Decides nothing else.
import type { RawResult, Session } from '../../../dialects/contract.ts';
import type { SourceContext } from '../../contract.ts';
import type { Provider } from '../providers.ts';
import type { SqlRequest } from './protocol.ts';
import { sendScript } from './script.ts';
import type { Shadows } from './shadow.ts';

export interface ServeSettings {
  readonly provider: Provider;
  readonly context: Pick<SourceContext, 'dialect'>;
  /** Hears of a script that failed, before the engine does. */
  readonly onScriptFailure?: (session: Session, error: unknown) => Promise<void>;
  /** Sends a script in the place of `sendScript`. */
  readonly script?: (session: Session, sql: string) => Promise<void>;
}

/** The connections of one call: the main session (0) and the shadow databases (never 0). */
export interface Served {
  readonly session: Session;
  readonly shadows: Shadows;
}

/** Does what the engine's adapter asks. Errors come as the driver threw them. */
export const perform = async (
  request: SqlRequest,
  call: Served,
  settings: ServeSettings,
): Promise<RawResult | number | null> => {
  if (request.op === 'open-shadow') return call.shadows.open();
  if (request.op === 'close-shadow') {
    await call.shadows.close(request.connection);
    return null;
  }
  const session = request.connection === 0 ? call.session : call.shadows.session(request.connection);
  if (!session) throw new Error('The engine named a connection that is not open.');
  if (request.op === 'script') {
    const { context, provider } = settings;
    try {
      if (settings.script) await settings.script(session, request.sql);
      else await sendScript(session, request.sql, { dialect: context.dialect, flavour: provider.engine });
    } catch (error) {
      await settings.onScriptFailure?.(session, error);
      throw error;
    }
    return null;
  }
  return query(session, request, settings);
};

const query = async (
  session: Session,
  request: Extract<SqlRequest, { op: 'query' }>,
  settings: ServeSettings,
): Promise<RawResult> => {
  try {
    return await session.raw(request.sql, request.values);
  } catch (error) {
    // Builds 7.1 to 8.1 stop with P1014 where the ledger is missing on some databases; an empty one is what they mean.
    const missing = settings.provider.ledgerMissing(settings.context.dialect.explain(error));
    if (missing && /^\s*select\b/i.test(request.sql) && /_prisma_migrations/.test(request.sql))
      return EMPTY_LEDGER;
    // The engine writes `name = "x"` for a string here and there, which not every build of every engine takes.
    const words = await settings.context.dialect.adapt(session, request.sql, error);
    if (!words) throw error;
    return session.raw(words.text, request.values);
  }
};

const EMPTY_LEDGER: RawResult = {
  columns: [
    'id',
    'checksum',
    'finished_at',
    'migration_name',
    'logs',
    'rolled_back_at',
    'started_at',
    'applied_steps_count',
  ].map((name) => ({ name, type: null })),
  rows: [],
  affected: null,
};

/** An error in the words that the engine reads. */
export const describeError = (error: unknown, settings: ServeSettings): Readonly<Record<string, unknown>> => {
  const read = settings.context.dialect.explain(error);
  return {
    ...settings.provider.engineError(read),
    originalMessage: read.message,
    ...(read.code !== null && { originalCode: read.code }),
  };
};
