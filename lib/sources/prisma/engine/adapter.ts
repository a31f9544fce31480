// The database adapter that the engine sees inside its worker: every call becomes a message. It holds no connection.
import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
  type Transaction,
} from '@prisma/driver-adapter-utils';
import type { RawResult } from '../../../dialects/contract.ts';
import type { EngineFlavour } from '../providers.ts';
import { toResultSet } from './columns.ts';
import type { ConnectionId, SqlRequest, Writes } from './protocol.ts';

/** Asks the main thread; rejects with the error's plain description. */
export type Ask = (request: SqlRequest) => Promise<RawResult | number | null>;

export interface AdapterHooks {
  readonly ask: Ask;
  readonly flavour: EngineFlavour;
  /** What becomes of writes on the main database, for the call that runs now. */
  readonly writes: () => Writes;
  readonly record: (sql: string) => void;
}

const NAME = '@dbsync/schema-engine-adapter';
const MAIN: ConnectionId = 0;
const NOTHING: SqlResultSet = { columnNames: [], columnTypes: [], rows: [] };

const LEADING = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/;
const LOOKS = /^(?:select|show|explain|values|with|pragma\s+[\w.]+\s*(?:;|\(|$))/i;
const CHANGES = /\b(?:insert|update|delete|merge|into)\b/i;

/** Statements that only look. Everything else counts as a write, whatever it does; read sessions refuse writes once more. */
const onlyLooks = (sql: string): boolean => {
  const text = sql.replace(LEADING, '');
  return LOOKS.test(text) && !(/^with\b/i.test(text) && CHANGES.test(text));
};

const bind = (query: SqlQuery, flavour: EngineFlavour): unknown[] =>
  query.args.map((value, index) => {
    const isDate = query.argTypes[index]?.scalarType === 'datetime' && typeof value === 'string';
    if (isDate && flavour.datetime === 'epoch-ms') return new Date(value).getTime();
    return typeof value === 'boolean' && flavour.columns === 'declared' ? Number(value) : value;
  });

const adapterOf = (connection: ConnectionId, hooks: AdapterHooks): SqlDriverAdapter => {
  const { flavour } = hooks;
  /** Passes on what may pass; null: the statement was only recorded. */
  const guarded = async <T>(sql: string, pass: () => Promise<T>): Promise<T | null> => {
    const writes = connection === MAIN && !onlyLooks(sql) ? hooks.writes() : 'allow';
    if (writes === 'allow') return pass();
    if (writes === 'record') {
      hooks.record(sql);
      return null;
    }
    throw new DriverAdapterError(flavour.readOnly);
  };
  const queryRaw = async (query: SqlQuery): Promise<SqlResultSet> => {
    const answer = await guarded(query.sql, () =>
      hooks.ask({ op: 'query', connection, sql: query.sql, values: bind(query, flavour) }),
    );
    return answer !== null && typeof answer === 'object' ? toResultSet(answer, flavour) : NOTHING;
  };
  const executeScript = async (sql: string): Promise<void> => {
    await guarded(sql, () => hooks.ask({ op: 'script', connection, sql }));
  };
  const executeRaw = async (query: SqlQuery): Promise<number> => {
    // Without values the engine also sends several statements at once here.
    if (query.args.length === 0) {
      await executeScript(query.sql);
      return 0;
    }
    const values = bind(query, flavour);
    const answer = await guarded(query.sql, () =>
      hooks.ask({ op: 'query', connection, sql: query.sql, values }),
    );
    return answer !== null && typeof answer === 'object' ? (answer.affected ?? 0) : 0;
  };
  const startTransaction = async (): Promise<Transaction> => {
    await executeScript('BEGIN');
    return {
      provider: flavour.adapter,
      adapterName: NAME,
      options: { usePhantomQuery: false },
      queryRaw,
      executeRaw,
      // The engine sends COMMIT and ROLLBACK by itself where no phantom query is used.
      commit: async () => {},
      rollback: async () => {},
    };
  };
  return {
    provider: flavour.adapter,
    adapterName: NAME,
    queryRaw,
    executeRaw,
    executeScript,
    startTransaction,
    getConnectionInfo: () => ({ supportsRelationJoins: true }),
    dispose: async () => {
      if (connection !== MAIN) await hooks.ask({ op: 'close-shadow', connection });
    },
  };
};

/** The factory that the engine is built with. */
export const adapterFactory = (hooks: AdapterHooks): SqlMigrationAwareDriverAdapterFactory => ({
  provider: hooks.flavour.adapter,
  adapterName: NAME,
  connect: async () => adapterOf(MAIN, hooks),
  connectToShadowDb: async () => {
    const opened = await hooks.ask({ op: 'open-shadow' });
    return adapterOf(typeof opened === 'number' ? opened : Number.NaN, hooks);
  },
});
