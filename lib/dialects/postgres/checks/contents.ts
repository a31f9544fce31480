// Checks: how large the touched tables are, what a rewrite of them needs, extensions, replication.
import type { Check, CheckContext, Session, TableSize, Verdict } from '../../contract.ts';
import { measure } from '../measure.ts';
import { printable } from '../quote.ts';
import { bytesText, needSession, ok, TOUCHED, touchedArrays } from './verdict.ts';

const sizes = (session: Session, { touched }: CheckContext): Promise<readonly TableSize[]> =>
  measure(session, touched);

const sizeText = (size: TableSize): string =>
  `${printable(size.name)} ${size.exact ? '' : 'about '}${size.rows.toLocaleString('en-US')} rows${size.notCounted === undefined ? '' : ` (not counted: ${size.notCounted})`}, ${bytesText(size.bytes ?? 0)}`;

export const SIZES_CHECK: Check = {
  id: 'postgres-sizes',
  title: 'Size of the touched tables',
  run: needSession(async (session, context): Promise<Verdict> => {
    const found = [...(await sizes(session, context))].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
    if (found.length === 0) return ok('No table that exists is touched.');
    const more = found.length > 3 ? ` and ${found.length - 3} more` : '';
    const facts = {
      tables: found.map(({ namespace, name, rows, exact, bytes }) => ({
        namespace,
        name,
        rows,
        exact,
        bytes,
      })),
    };
    return ok(`${found.slice(0, 3).map(sizeText).join('; ')}${more}.`, facts);
  }),
};

/** Larger than this a rewrite deserves a look at the server's disk, which SQL cannot show. */
const NOTABLE_BYTES = 1_073_741_824;

export const DISK_CHECK: Check = {
  id: 'postgres-disk',
  title: 'Disk for rewrites and index builds',
  run: needSession(async (session, context): Promise<Verdict> => {
    const found = await sizes(session, context);
    const largest = Math.max(0, ...found.map((size) => size.bytes ?? 0));
    const total = found.reduce((sum, size) => sum + (size.bytes ?? 0), 0);
    const facts = { largestBytes: largest, totalBytes: total };
    const needs = `A rewrite of every touched table in one transaction needs about ${bytesText(2 * total)} more, with its log`;
    if (total < NOTABLE_BYTES) return ok(`${needs}.`, facts);
    return {
      status: 'warning',
      message: `${needs}; PostgreSQL does not say how much is free.`,
      remedy: ["Look at the free space of the server's data and log disks (df, or the provider's console)."],
      facts,
    };
  }),
};

const EXTENSIONS = `
SELECT e.extname AS name, e.extversion AS version, a.default_version AS available
FROM pg_catalog.pg_extension e LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname ORDER BY 1`;

export const EXTENSIONS_CHECK: Check = {
  id: 'postgres-extensions',
  title: 'Extensions',
  run: needSession(async (session): Promise<Verdict> => {
    const rows = await session.query(EXTENSIONS);
    const facts = {
      extensions: rows.map((row) => `${printable(String(row.name))} ${printable(String(row.version))}`),
    };
    const lost = rows.filter((row) => row.available === null).map((row) => printable(String(row.name)));
    if (lost.length === 0) return ok(`${rows.length} installed, all of them available on the server.`, facts);
    return {
      status: 'warning',
      message: `Installed, but their files are no longer on the server: ${lost.join(', ')}.`,
      remedy: ['Install the packages of these extensions on the server.'],
      facts,
    };
  }),
};

const PUBLISHED = `
SELECT p.pubname AS publication, string_agg(t.nspname || '.' || t.relname, ', ' ORDER BY 1) AS tables
FROM ${TOUCHED} t JOIN pg_catalog.pg_publication_tables p ON p.schemaname = t.nspname AND p.tablename = t.relname GROUP BY 1`;

export const PUBLICATIONS_CHECK: Check = {
  id: 'postgres-publications',
  title: 'Logical replication of the touched tables',
  run: needSession(async (session, context): Promise<Verdict> => {
    const rows = await session.query(PUBLISHED, touchedArrays(context));
    if (rows.length === 0) return ok('No touched table is published.');
    const text = rows
      .map((row) => `${printable(String(row.publication))} (${printable(String(row.tables))})`)
      .join('; ');
    return {
      status: 'warning',
      message: `Touched tables are published by ${text}; DDL is not replicated, and a subscriber stops at the first row that does not fit.`,
      remedy: ['Add to the subscriber first what is added, and drop there last what is dropped.'],
    };
  }),
};
