// Asks a shadow database by which algorithm it changes a table: the statement is sent with ALGORITHM and LOCK from the cheapest
// on, which a server refuses without doing anything where it cannot keep to them (errors 1845 and 1846), and does otherwise.
import type { Statement } from '../../sql/index.ts';
import type { Batch, Session, TableEffect, Watch } from '../contract.ts';
import { driverError } from './explain.ts';
import { buildsIndex, demanded, foresee, reshapes, wayOf } from './foresee.ts';
import { objectHead } from './scan/head.ts';
import { nameAt, wordsOf } from './scan/words.ts';
import { mysqlSession } from './session.ts';

interface Rung {
  readonly algorithm: string;
  /** Null: the server's least, as MySQL takes no LOCK with INSTANT. */
  readonly lock: string | null;
}

/** From the cheapest to the dearest. NOCOPY is MariaDB's; a copy without a lock is MariaDB's from 11.2 on. */
const RUNGS: readonly Rung[] = [
  { algorithm: 'INSTANT', lock: null },
  { algorithm: 'NOCOPY', lock: 'NONE' },
  { algorithm: 'NOCOPY', lock: 'SHARED' },
  { algorithm: 'INPLACE', lock: 'NONE' },
  { algorithm: 'INPLACE', lock: 'SHARED' },
  { algorithm: 'INPLACE', lock: 'EXCLUSIVE' },
  { algorithm: 'COPY', lock: 'NONE' },
  { algorithm: 'COPY', lock: 'SHARED' },
];

/** 1845, 1846: not by this way. 1800: the server does not know the word. 4092, 4158: no room for another instant version. */
const REFUSED: ReadonlySet<number> = new Set([1845, 1846, 1800, 4092, 4158]);

const wordsOfRung = ({ algorithm, lock }: Rung, separator: string): string =>
  [`ALGORITHM=${algorithm}`, ...(lock === null ? [] : [`LOCK=${lock}`])].join(separator);

/** How a statement is written with a demand; null where it is not known to be safe. */
type Demand = (rung: Rung) => string;

/** `DROP INDEX` takes no ALGORITHM on MariaDB; ALTER TABLE ... DROP INDEX means the same. */
const dropIndex = (statement: Statement): Demand | null => {
  const words = wordsOf(statement.text);
  const head = objectHead(words);
  const index = head && nameAt(words, head.at);
  if (!index || words[index.next]?.text !== 'ON') return null;
  const table = nameAt(words, index.next + 1);
  if (!table || table.next !== words.length) return null;
  const slice = (from: number, to: number): string =>
    statement.text.slice(words[from]?.offset, words[to - 1]?.end);
  const exists = words[2]?.text === 'IF' ? 'IF EXISTS ' : '';
  const alter = `ALTER TABLE ${slice(index.next + 1, table.next)} DROP INDEX ${exists}${slice(head.at, index.next)}`;
  return (rung) => `${alter}, ${wordsOfRung(rung, ', ')}`;
};

const demandOf = (statement: Statement): Demand | null => {
  const { algorithm, lock } = demanded(statement);
  // What stands in an executable comment cannot be added to from outside.
  if (!reshapes(statement) || algorithm !== null || lock !== null || /\/\*M?!/.test(statement.text))
    return null;
  const words = wordsOf(statement.text);
  const head = objectHead(words);
  const text = statement.text.slice(0, words.at(-1)?.end ?? 0);
  if (head?.object === 'TABLE') return (rung) => `${text}, ${wordsOfRung(rung, ', ')}`;
  if (/^CREATE/.test(head?.verb ?? '')) return (rung) => `${text} ${wordsOfRung(rung, ' ')}`;
  return dropIndex(statement);
};

/** `... Reason: Cannot change column type. Try ALGORITHM=COPY`; MySQL names every other way: `Try ALGORITHM=COPY/INPLACE.` */
export const readRefusal = (
  message: string,
): { readonly reason: string | null; readonly ways: readonly string[] } => ({
  reason: /Reason: (.+?)\.? Try /.exec(message)?.[1] ?? null,
  ways: /Try ALGORITHM=([\w/]+)/.exec(message)?.[1]?.split('/') ?? [],
});

interface Climbed<T> {
  readonly answer: T;
  /** Null: the statement was sent as it stands. */
  readonly rung: Rung | null;
  readonly reason: string | null;
}

/** Why no cheaper algorithm was possible; else, why no weaker lock was. */
const reasonFor = (refusals: readonly (readonly [Rung, string])[], rung: Rung): string | null => {
  const dearer = refusals.filter(([refused]) => refused.algorithm !== rung.algorithm);
  return (dearer.at(-1) ?? refusals.at(-1))?.[1] ?? null;
};

/** Tries one way after the other. Whatever else goes wrong is for the statement itself to say. */
const climb = async <T>(
  statement: Statement,
  demand: Demand,
  send: (text: string) => Promise<T>,
): Promise<Climbed<T>> => {
  const refusals: (readonly [Rung, string])[] = [];
  for (let at = 0; at < RUNGS.length; ) {
    const rung = RUNGS[at];
    if (!rung) break;
    try {
      return { answer: await send(demand(rung)), rung, reason: reasonFor(refusals, rung) };
    } catch (error) {
      const { errno, message } = driverError(error);
      if (errno === null || !REFUSED.has(errno)) break;
      const refusal = readRefusal(message);
      if (refusal.reason !== null) refusals.push([rung, refusal.reason]);
      const hinted = RUNGS.findIndex((one, index) => index > at && refusal.ways.includes(one.algorithm));
      at = hinted > 0 ? hinted : at + 1;
    }
  }
  return { answer: await send(statement.text), rung: null, reason: null };
};

/** The number of an InnoDB table, which changes when it is built anew; null where there is none or it may not be read. */
const tableNumber = async (session: Session, table: string): Promise<string | null> => {
  try {
    const rows = await session.query(
      `SELECT TABLE_ID AS id FROM information_schema.INNODB_TABLES WHERE NAME = CONCAT(DATABASE(), '/', ?)`,
      [table],
    );
    return rows[0] ? String(rows[0].id) : null;
  } catch {
    return null;
  }
};

/** MariaDB refuses NOCOPY exactly where INPLACE builds the table anew. */
const inPlaceWork = (effect: TableEffect, mariadb: boolean, anew: boolean | null): TableEffect['work'] => {
  if (effect.work !== 'unknown' || mariadb) return effect.work === 'unknown' ? 'rewrite' : effect.work;
  return anew === null ? 'unknown' : anew ? 'rewrite' : 'none';
};

/** Work or a lock that calls for a reason; that an index is built is in the statement. */
const isDear = ({ work, blocks }: TableEffect): boolean =>
  !/^(none|index)$/.test(work) || blocks !== 'schema';

/** Watches the statements of one batch; those that have no choice of algorithm are told by their texts. */
export const observe = (session: Session, _batch: Batch): Watch => {
  const { mariadb } = mysqlSession(session);
  return async (statement, send) => {
    const known = foresee(statement);
    const demand = demandOf(statement);
    const [own] = known;
    if (!demand || !own) return { answer: await send(statement.text), effects: known };
    const before = mariadb ? null : await tableNumber(session, own.name);
    const { answer, rung, reason } = await climb(statement, demand, send);
    if (!rung) return { answer, effects: known };
    const after = before === null ? null : await tableNumber(session, own.name);
    const builds = buildsIndex(statement);
    const way = { ...own, ...wayOf(rung.algorithm, rung.lock, builds) };
    const work = inPlaceWork(way, mariadb, before === null || after === null ? null : before !== after);
    const effect: TableEffect = {
      ...way,
      lock: wordsOfRung(rung, ', '),
      work: work === 'none' && rung.algorithm === 'INPLACE' && builds ? 'index' : work,
      basis: 'measured',
      ...(reason !== null && isDear(way) && { because: reason }),
    };
    return { answer, effects: [effect] };
  };
};
