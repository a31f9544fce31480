// The engine's session during a run of dbsync: every statement is told before it is sent and after it ended, and a migration's
// file goes in the batches that the plan shows. Decides neither which migrations run nor what is in them.
import type { Batch, Dialect, Session } from '../../../dialects/contract.ts';
import { splitStatements } from '../../../sql/index.ts';
import { sendOne } from '../engine/index.ts';
import { LEDGER_TABLE } from '../ledger.ts';
import type { Provider } from '../providers.ts';
import type { RunChannel, RunEvent } from './channel.ts';

export interface WatchInput {
  readonly session: Session;
  readonly dialect: Dialect;
  readonly provider: Provider;
  readonly channel: RunChannel;
}

/** The session that the engine works on, and the way that its scripts go. */
export interface Watched {
  readonly session: Session;
  readonly script: (session: Session, sql: string) => Promise<void>;
}

type Outcome = Extract<RunEvent, { readonly event: 'outcome' }>;

const LOOKS = /^\s*(?:select|show|explain|pragma\s+[\w.]+\s*(?:;|\(|$))/i;
const OPENS = /^\s*insert\b/i;
const CLOSES = /\bfinished_at\b/i;

/** The runner lock of Prisma is held by the run itself, which lends it. */
const isLock = (sql: string, { toolLock }: Provider): boolean => {
  const key = toolLock && /\((.+)\)/.exec(toolLock.acquire)?.[1];
  return (
    key !== null && key !== undefined && /^\s*select\b/i.test(sql) && /lock/i.test(sql) && sql.includes(key)
  );
};

const NOTHING = { columns: [], rows: [], affected: 0 } as const;

/** Tells of a statement, sends it, and tells how it ended. */
const told = async <T>(
  { channel, dialect }: Pick<WatchInput, 'channel' | 'dialect'>,
  statement: Omit<Extract<RunEvent, { readonly event: 'statement' }>, 'event'>,
  send: () => Promise<{ readonly value: T; readonly rows: number | null; readonly note: string | null }>,
): Promise<T> => {
  await channel.tell({ event: 'statement', ...statement });
  const startedAt = performance.now();
  const outcome = (more: Partial<Outcome>): Outcome => ({
    event: 'outcome',
    durationMs: Math.round(performance.now() - startedAt),
    rows: null,
    note: null,
    error: null,
    ...more,
  });
  let done: Awaited<ReturnType<typeof send>>;
  try {
    done = await send();
  } catch (error) {
    const { message, code, position } = dialect.explain(error);
    await channel.tell(outcome({ error: { message, code, position } }));
    throw error;
  }
  await channel.tell(outcome({ rows: done.rows, note: done.note }));
  return done.value;
};

/** Wraps the session of the run's database. */
export const watchSession = (input: WatchInput): Watched => {
  const { session, dialect, provider, channel } = input;
  let migration: string | null = null;

  /** The ledger's own statements say where the engine is in its list. */
  const noteLedger = async (sql: string, values: readonly unknown[]): Promise<void> => {
    if (OPENS.test(sql)) {
      const name = values.find((value) => typeof value === 'string' && channel.migrations.has(value));
      migration = typeof name === 'string' ? name : null;
      if (migration !== null) await channel.tell({ event: 'migration', name: migration, phase: 'started' });
    } else if (migration !== null && CLOSES.test(sql)) {
      await channel.tell({ event: 'migration', name: migration, phase: 'finished' });
      migration = null;
    }
  };

  /** The run holds its own lock, and lends what the engine needs of it. */
  const lent = async (sql: string): Promise<boolean> => {
    const { wholeLock } = provider;
    if (isLock(sql, provider)) return true;
    if (!wholeLock?.statement.test(sql)) return false;
    const [row] = await session.query(wholeLock.leftOut);
    return Number(row?.leftOut ?? 0) === 1;
  };

  const raw: Session['raw'] = async (sql, values = []) => {
    if (await lent(sql)) return NOTHING;
    if (LOOKS.test(sql)) return session.raw(sql, values);
    const ledger = sql.includes(LEDGER_TABLE);
    const result = await told(input, { text: sql, migration: null, ledger }, async () => {
      const value = await session.raw(sql, values);
      return { value, rows: value.affected, note: null };
    });
    if (ledger) await noteLedger(sql, values);
    return result;
  };

  const sendBatch = async (batch: Batch): Promise<void> => {
    for (const { text } of batch.statements) {
      await told(input, { text, migration, ledger: false }, async () => {
        const { rows, note } = await sendOne(dialect, session, text);
        return { value: null, rows, note };
      });
    }
  };

  /** As the executor does it, but for the ledger's row, which is the engine's. */
  const runBatch = async (batch: Batch): Promise<void> => {
    try {
      await dialect.begin(session, batch);
      if (batch.transactional) await channel.tell({ event: 'transaction', what: 'begin' });
      await sendBatch(batch);
      // A run that is gone must not have its changes kept.
      await channel.tell({ event: 'transaction', what: 'committing' });
      await dialect.commit(session, batch);
      if (batch.transactional) await channel.tell({ event: 'transaction', what: 'commit' });
    } catch (error) {
      await dialect.rollback(session, batch).catch(() => {});
      if (batch.transactional) await channel.tell({ event: 'transaction', what: 'rollback' });
      throw error;
    }
  };

  const script: Watched['script'] = async (on, sql) => {
    if (await lent(sql)) return;
    if (on !== session && on !== watched) return on.script(sql);
    if (migration === null) {
      if (LOOKS.test(sql)) return session.script(sql);
      await told(input, { text: sql, migration: null, ledger: sql.includes(LEDGER_TABLE) }, async () => {
        await session.script(sql);
        return { value: null, rows: null, note: null };
      });
      return;
    }
    const statements = splitStatements(sql, { file: migration, rules: dialect.scan });
    for (const batch of dialect.batches(statements)) await runBatch(batch);
  };

  const watched: Session = { ...session, raw };
  return { session: watched, script };
};
