// Reads a database's whole schema: one query per kind, in one consistent read-only view. Decides nothing about it.
import { type Snapshot, snapshotOf, type Value } from '../../schema/index.ts';
import type { InspectOptions, RawResult, Row, Session } from '../contract.ts';
import { assemble, type Note } from './inspect/assemble.ts';
import { withoutIgnored } from './inspect/ignore.ts';
import { type CatalogueRow, catalogueRows } from './inspect/rows.ts';
import type { CatalogueContext } from './inspect/sql.ts';
import {
  CATALOGUE,
  CATALOGUE_CONTEXT,
  CLOSE_CATALOGUE,
  COMMENTS,
  OPEN_CATALOGUE,
  SECURITY_LABELS,
} from './queries.ts';

const readContext = async (session: Session): Promise<CatalogueContext> => {
  const [row] = await session.query(CATALOGUE_CONTEXT);
  return { major: Number(row?.major), self: String(row?.self), superuser: row?.superuser === true };
};

const keyOfNote = (row: Row): string => `${String(row.class)}/${String(row.oid)}/${String(row.sub)}`;

const readNotes = async (session: Session): Promise<readonly Note[]> => {
  const comments = await session.query(COMMENTS);
  const labels = await session.query(SECURITY_LABELS);
  const note = (row: Row, attribute: Note['attribute'], value: Value): Note => ({
    key: keyOfNote(row),
    attribute,
    value,
  });
  return [
    ...comments.map((row) => note(row, 'comment', String(row.description))),
    ...labels.map((row) => note(row, 'securityLabels', String(row.labels))),
  ];
};

/** While the server works on one answer, the one before is being read. */
const readRows = async (session: Session): Promise<readonly CatalogueRow[]> => {
  const context = await readContext(session);
  const asked = CATALOGUE.filter(({ since }) => since === undefined || context.major >= since);
  const rows: CatalogueRow[] = [];
  let unread: RawResult = { columns: [], rows: [], affected: null };
  for (const query of asked) {
    const answer = session.raw(query.sql(context));
    for (const row of catalogueRows(unread)) rows.push(row);
    unread = await answer;
  }
  for (const row of catalogueRows(unread)) rows.push(row);
  return rows;
};

/**
 * The schema as the server describes it, without the objects of extensions. Owners and privileges are given where they
 * differ from the role that dbsync works as. Needs a session without an open transaction.
 */
export const inspect = async (session: Session, options: InspectOptions): Promise<Snapshot> => {
  await session.script(OPEN_CATALOGUE);
  try {
    const rows = await readRows(session);
    const notes = await readNotes(session);
    return snapshotOf('postgres', withoutIgnored(assemble(rows, notes), options.ignore));
  } finally {
    await session.script(CLOSE_CATALOGUE);
  }
};
