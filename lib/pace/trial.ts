// The trial: a table of some megabytes on a shadow database, read, indexed and written anew under the clock. Never on a target.
import type { Dialect, PaceQuestions, Session, TableSize } from '../dialects/contract.ts';
import type { Trial } from './rates.ts';
import { type Clock, readingOf } from './reading.ts';

const NAME = 'dbsync_pace';
const BYTES = 16_000_000;
/** Filling it ends with the next doubling, however little is there by then. */
const FILL_MS = 1000;
const STATEMENT_MS = 10_000;

/** What a row takes besides its filler: two numbers and the engines' headers. */
const ROW_OVERHEAD = 40;
const FILLER = { least: 1, most: 1500 };

export interface TrialInput {
  readonly dialect: Dialect;
  readonly questions: PaceQuestions;
  /** A writing session on a shadow database. */
  readonly session: Session;
  /** Rows as wide as this table's: work by the row and work by the byte are then in proportion. */
  readonly like: TableSize;
  readonly now: Clock;
}

const fillerOf = ({ rows, bytes, dataBytes = bytes ?? 0 }: TableSize): number =>
  Math.round(Math.min(FILLER.most, Math.max(FILLER.least, dataBytes / Math.max(1, rows) - ROW_OVERHEAD)));

/** By doubling: the one way of making rows that all engines have. Numbers in no order, so that an index has to sort. */
const fill = async ({ session, now }: TrialInput, table: string, filler: number): Promise<number> => {
  await session.execute(
    `CREATE TABLE ${table} (id BIGINT NOT NULL PRIMARY KEY, n INTEGER NOT NULL, filler VARCHAR(${FILLER.most}) NOT NULL)`,
  );
  await session.execute(`INSERT INTO ${table} VALUES (1, 1, '${'x'.repeat(filler)}')`);
  const end = now().getTime() + FILL_MS;
  let rows = 1;
  while (rows * (filler + ROW_OVERHEAD) < BYTES && now().getTime() < end) {
    await session.execute(
      `INSERT INTO ${table} SELECT id + ${rows}, ((id + ${rows}) * 7919) % 1000003, filler FROM ${table}`,
    );
    rows *= 2;
  }
  return rows;
};

const seconds = async (now: Clock, work: () => Promise<unknown>): Promise<number> => {
  const begun = now().getTime();
  await work();
  return Math.max(1, now().getTime() - begun) / 1000;
};

const timed = async (input: TrialInput, table: string): Promise<Trial> => {
  const { questions, session, now, like } = input;
  const filler = fillerOf(like);
  const rows = await fill(input, table, filler);
  const bytes = rows * (filler + ROW_OVERHEAD);
  const size: TableSize = { namespace: null, name: NAME, rows, exact: true, bytes, dataBytes: bytes };
  const portion = await questions.portion(session, size, bytes);
  if (typeof portion === 'string') throw new Error(portion);
  const reading = await readingOf(session, portion, now);
  const rewritten = await seconds(now, async () => {
    for (const sql of questions.rewrite(table)) await session.execute(sql);
  });
  const indexed = await seconds(now, () => session.execute(`CREATE INDEX dbsync_pace_n ON ${table} (n)`));
  return { scan: reading.again, index: indexed / bytes, rewrite: rewritten / bytes };
};

/** Seconds per byte of each kind of work; what it made is gone afterwards. Throws what the engine says. */
export const tryOut = async (input: TrialInput): Promise<Trial> => {
  const { session, dialect } = input;
  const table = dialect.quote(NAME);
  await session.limit({ statementMs: STATEMENT_MS });
  try {
    return await timed(input, table);
  } finally {
    await session.execute(`DROP TABLE IF EXISTS ${table}`);
  }
};
