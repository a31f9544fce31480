// Prisma's ledger, `_prisma_migrations`, read as it stands. Writes nothing and judges nothing.
//
// Facts: schema-engine/connectors/sql-schema-connector/src/migration_persistence.rs and commands/apply_migrations.rs.
import type { Dialect, Row, Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type { Provider } from './providers.ts';

export const LEDGER_TABLE = '_prisma_migrations';

/** One row as it stands; times as ISO 8601 in UTC. */
export interface LedgerRow {
  readonly id: string;
  readonly checksum: string;
  readonly name: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly rolledBackAt: string | null;
  readonly logs: string | null;
  readonly steps: number;
}

export interface LedgerAccess {
  readonly dialect: Dialect;
  readonly provider: Provider;
}

/** A time in any encoding that Prisma's engines and adapters have left behind; what cannot be read is kept as text. */
export const decodeTime = (value: unknown): string | null => {
  if (value === null || value === undefined || value === '') return null;
  if (value instanceof Date) return value.toISOString();
  const text = String(value);
  if (/^-?\d{9,}(?:\.0+)?$/.test(text)) return new Date(Number(text)).toISOString();
  const iso = text.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1');
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(iso) ? iso : `${iso.replace(/[+-]\d{2}$/, '')}Z`;
  const at = new Date(zoned);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
};

const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

const rowOf = (row: Row): LedgerRow => ({
  id: String(row.id),
  checksum: String(row.checksum),
  name: String(row.migration_name),
  startedAt: decodeTime(row.started_at),
  finishedAt: decodeTime(row.finished_at),
  rolledBackAt: decodeTime(row.rolled_back_at),
  logs: textOrNull(row.logs),
  steps: Number(row.applied_steps_count),
});

/** By start, then by name: the order in which they were applied, whatever the times' encodings. */
const byStart = (a: LedgerRow, b: LedgerRow): number => {
  const left = `${a.startedAt ?? ''}\u0000${a.name}`;
  const right = `${b.startedAt ?? ''}\u0000${b.name}`;
  return left < right ? -1 : left > right ? 1 : 0;
};

/** `exists` is null where the server denies the table without saying whether it is there (MySQL). */
const unreadable = (error: unknown, access: LedgerAccess, exists: boolean | null): DbsyncError => {
  const read = access.dialect.explain(error);
  const hidden = exists === true && access.provider.ledgerMissing(read);
  return new DbsyncError('LEDGER_UNREADABLE', {
    summary:
      exists === null
        ? `Prisma's ledger ${LEDGER_TABLE} cannot be read, and the server does not say whether it exists.`
        : `Prisma's ledger ${LEDGER_TABLE} is there but cannot be read.`,
    why: hidden ? 'The role may not use the schema that holds it.' : read.message,
    next: [
      `Grant SELECT on ${LEDGER_TABLE} to the role of this environment's URL, or use the role that runs migrations.`,
    ],
    details: { engineCode: read.code },
    cause: error,
  });
};

const selectRows = ({ dialect, provider }: LedgerAccess): string => {
  const time = (column: string): string =>
    `${provider.readTime(dialect.quote(column))} AS ${dialect.quote(column)}`;
  const columns = [
    ...['id', 'checksum', 'migration_name', 'logs', 'applied_steps_count'].map(dialect.quote),
    ...['started_at', 'finished_at', 'rolled_back_at'].map(time),
  ];
  return `SELECT ${columns.join(', ')} FROM ${dialect.quote(LEDGER_TABLE)}`;
};

/** Whether the ledger is there, asked without touching it; null where only reading it tells. */
const present = async (session: Session, access: LedgerAccess): Promise<boolean | null> => {
  if (access.provider.ledgerExists === null) return null;
  const [row] = await session.query(access.provider.ledgerExists);
  return Number(row?.present ?? 0) > 0;
};

/** Every row, in the order of application; null where there is no ledger. Throws LEDGER_UNREADABLE. */
export const readRows = async (
  session: Session,
  access: LedgerAccess,
): Promise<readonly LedgerRow[] | null> => {
  const exists = await present(session, access);
  if (exists === false) return null;
  try {
    const rows = await session.query(selectRows(access));
    return rows.map(rowOf).sort(byStart);
  } catch (error) {
    if (exists === null && access.provider.ledgerMissing(access.dialect.explain(error))) return null;
    throw unreadable(error, access, exists);
  }
};
