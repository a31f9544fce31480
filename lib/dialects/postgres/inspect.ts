// Reads a database's whole schema: one query per kind, in one consistent read-only view. Decides nothing about it.
import { type Snapshot, snapshotOf, type Value } from '../../schema/index.ts';
import type { InspectOptions, Row, Session } from '../contract.ts';
import { type Assembly, type Note, startAssembly } from './inspect/assemble.ts';
import { withoutIgnored } from './inspect/ignore.ts';
import { emptyLookup, type Lookup } from './inspect/lookup.ts';
import { asJson, readCatalogueRows } from './inspect/rows.ts';
import type { CatalogueContext, CatalogueQuery } from './inspect/sql.ts';
import {
  CATALOGUE,
  CATALOGUE_CONTEXT,
  CLOSE_CATALOGUE,
  COMMENTS,
  KEY_COLLATIONS,
  OPEN_CATALOGUE,
  OPERATOR_CLASSES,
  occupiedCatalogues,
  SECURITY_LABELS,
} from './queries.ts';

const readContext = async (session: Session): Promise<CatalogueContext> => {
  const [row] = await session.query(CATALOGUE_CONTEXT);
  return { major: Number(row?.major), self: String(row?.self), superuser: row?.superuser === true };
};

const readNotes = async (session: Session): Promise<readonly Note[]> => {
  const comments = await session.query(COMMENTS);
  const labels = await session.query(SECURITY_LABELS);
  const note = (row: Row, attribute: Note['attribute'], value: Value): Note => ({
    catalogue: String(row.class),
    oid: String(row.oid),
    sub: Number(row.sub),
    attribute,
    value,
  });
  return [
    ...comments.map((row) => note(row, 'comment', String(row.description))),
    ...labels.map((row) => note(row, 'securityLabels', String(row.labels))),
  ];
};

const readLookup = async (session: Session): Promise<Lookup> => {
  const lookup = emptyLookup();
  for (const row of await session.query(OPERATOR_CLASSES)) {
    const { oid, name, input, isDefault } = row;
    lookup.operatorClasses.set(String(oid), {
      name: String(name),
      input: String(input),
      isDefault: isDefault === true,
    });
  }
  for (const { oid, name } of await session.query(KEY_COLLATIONS))
    lookup.collations.set(String(oid), String(name));
  return lookup;
};

/** The queries whose answers can hold anything: each empty one would cost a server's planning and a way to it and back. */
const askedQueries = async (session: Session, major: number): Promise<readonly CatalogueQuery[]> => {
  const known = CATALOGUE.filter(({ since }) => since === undefined || major >= since);
  const names = new Set(known.flatMap(({ holds }) => holds ?? []));
  const occupied = new Set((await session.query(occupiedCatalogues([...names]))).map(({ name }) => name));
  return known.filter(({ holds }) => holds === undefined || occupied.has(holds));
};

/** While the server works on one answer, the one before is being read. */
const readRows = async (session: Session, { add }: Assembly): Promise<void> => {
  const context = await readContext(session);
  const asked = await askedQueries(session, context.major);
  const into = { add, lookup: await readLookup(session) };
  let read = (): void => undefined;
  for (const query of asked) {
    const answer = session.raw(asJson(query.sql(context)));
    read();
    const result = await answer;
    read = () => readCatalogueRows(result, query, into);
  }
  read();
};

/**
 * The schema as the server describes it, without the objects of extensions. Owners and privileges are given where they
 * differ from the role that dbsync works as. Needs a session without an open transaction.
 */
export const inspect = async (session: Session, options: InspectOptions): Promise<Snapshot> => {
  await session.script(OPEN_CATALOGUE);
  try {
    const assembly = startAssembly(await readNotes(session));
    await readRows(session, assembly);
    return snapshotOf('postgres', withoutIgnored(assembly.objects(), options.ignore));
  } finally {
    await session.script(CLOSE_CATALOGUE);
  }
};
