// Rows and bytes of tables in bounded time: counted where they are small, the server's estimate elsewhere.
import type { Subject } from '../../schema/index.ts';
import type { Session, TableSize } from '../contract.ts';
import { explain } from './explain.ts';
import { literal, printable, quote } from './quote.ts';
import { probe } from './session.ts';

/** Up to so many bytes of rows a table is counted: InnoDB reads that in about a second. */
const COUNTED_BYTES = 268_435_456;
/** So much is counted in all, the smallest tables first, however many tables there are. */
const COUNTED_TOTAL_BYTES = 2_147_483_648;
/** How many tables one question names. */
const CHUNK = 500;

interface Estimate {
  readonly name: string;
  readonly rows: number;
  readonly dataBytes: number;
  readonly bytes: number;
}

const estimates = async (session: Session, names: readonly string[]): Promise<readonly Estimate[]> => {
  const rows = await session.query(
    `SELECT TABLE_NAME AS name, TABLE_ROWS AS guess, DATA_LENGTH AS data, INDEX_LENGTH AS indexes
     FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND ENGINE IS NOT NULL AND TABLE_NAME IN (${names.map(literal).join(', ')})`,
  );
  return rows.map((row) => ({
    name: String(row.name),
    rows: Number(row.guess ?? 0),
    dataBytes: Number(row.data ?? 0),
    bytes: Number(row.data ?? 0) + Number(row.indexes ?? 0),
  }));
};

type Counted = Pick<TableSize, 'rows' | 'exact' | 'notCounted'>;

const countOf = async (session: Session, { name, rows }: Estimate): Promise<Counted> => {
  try {
    const [row] = await probe(session, `SELECT COUNT(*) AS n FROM ${quote(name)}`);
    return { rows: Number(row?.n), exact: true };
  } catch (error) {
    const { connectionLost, message } = explain(error);
    if (connectionLost) throw error;
    // Too long, or not allowed to read: the estimate stands.
    return { rows, exact: false, notCounted: printable(message) };
  }
};

const sizeOf = async (session: Session, estimate: Estimate, countable: boolean): Promise<TableSize> => {
  return {
    namespace: null,
    name: estimate.name,
    ...(countable ? await countOf(session, estimate) : { rows: estimate.rows, exact: false }),
    bytes: estimate.bytes,
    dataBytes: estimate.dataBytes,
  };
};

/** Rows and bytes of the named tables; those that are not there are left out. */
export const measure = async (
  session: Session,
  tables: readonly Pick<Subject, 'namespace' | 'name'>[],
): Promise<readonly TableSize[]> => {
  const names = [...new Set(tables.map((table) => table.name))];
  const known: Estimate[] = [];
  for (let start = 0; start < names.length; start += CHUNK)
    known.push(...(await estimates(session, names.slice(start, start + CHUNK))));
  const countable = new Set<Estimate>();
  let total = 0;
  for (const estimate of known.toSorted((a, b) => a.dataBytes - b.dataBytes)) {
    total += estimate.dataBytes;
    if (estimate.dataBytes <= COUNTED_BYTES && total <= COUNTED_TOTAL_BYTES) countable.add(estimate);
  }
  const sizes: TableSize[] = [];
  for (const estimate of known) sizes.push(await sizeOf(session, estimate, countable.has(estimate)));
  return sizes;
};
