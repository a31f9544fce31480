// Reads a database's whole schema: one query per kind, in one consistent read-only view. Decides nothing about it.
import { type Snapshot, snapshotOf } from '../../schema/index.ts';
import type { InspectOptions, RawResult, Session } from '../contract.ts';
import { postgresAddress } from './address.ts';
import { explain } from './explain.ts';
import { type Assembly, type Note, startAssembly } from './inspect/assemble.ts';
import { withoutIgnored } from './inspect/ignore.ts';
import { inLikeness } from './inspect/likeness.ts';
import { emptyLookup, type Lookup } from './inspect/lookup.ts';
import { readCatalogueRows } from './inspect/rows.ts';
import { type Helper, share } from './inspect/share.ts';
import type { CatalogueContext, CatalogueQuery } from './inspect/sql.ts';
import {
  CATALOGUE,
  CATALOGUE_CONTEXT,
  CLOSE_CATALOGUE,
  COMMENTS,
  EXPORT_CATALOGUE,
  KEY_COLLATIONS,
  OPEN_CATALOGUE,
  OPERATOR_CLASSES,
  occupiedCatalogues,
  openCatalogueOf,
  SECURITY_LABELS,
} from './queries.ts';
import { type PostgresSession, postgresSession } from './session.ts';
import { orTableLocked } from './waited.ts';

const readContext = (result: RawResult): CatalogueContext => {
  const [row = []] = result.rows;
  const [major, superuser, self] = row;
  return { major: Number(major), self: String(self), superuser: superuser === 't' };
};

/** Whether the catalogue is large, and the server has more than half of its connections to spare. */
const isWide = ({ rows: [row = []] }: RawResult): boolean => row[3] === 't';

const readNotes = (result: RawResult, attribute: Note['attribute']): readonly Note[] =>
  result.rows.map(([catalogue, oid, sub, value]) => ({
    catalogue: String(catalogue),
    oid: String(oid),
    sub: Number(sub),
    attribute,
    value: String(value),
  }));

const readLookup = (operatorClasses: RawResult, collations: RawResult): Lookup => {
  const lookup = emptyLookup();
  for (const [oid, input, isDefault, name] of operatorClasses.rows)
    lookup.operatorClasses.set(String(oid), {
      name: String(name),
      input: String(input),
      isDefault: isDefault === 't',
    });
  for (const [oid, name] of collations.rows) lookup.collations.set(String(oid), String(name));
  return lookup;
};

const askAll = async (
  session: PostgresSession,
  questions: readonly string[],
): Promise<readonly RawResult[]> => {
  const answers: RawResult[] = [];
  await session.rawAll(questions, (answer) => answers.push(answer));
  return answers;
};

/** The queries whose answers can hold anything: each empty one would cost a server's planning. */
const askedQueries = async (session: PostgresSession, major: number): Promise<readonly CatalogueQuery[]> => {
  const known = CATALOGUE.filter(({ since }) => since === undefined || major >= since);
  const names = new Set(known.flatMap(({ holds }) => holds ?? []));
  const { rows } = await session.raw(occupiedCatalogues([...names]));
  const occupied = new Set(rows.map(([name]) => name));
  return known.filter(({ holds }) => holds === undefined || occupied.has(holds));
};

const NOTHING: RawResult = { columns: [], rows: [], affected: null };

/** The server does not lend its view; the error has ended the transaction too. */
class NotExported extends Error {}

const exportView = async (session: PostgresSession): Promise<string> => {
  try {
    const { rows } = await session.raw(EXPORT_CATALOGUE);
    return String(rows[0]?.[0]);
  } catch (cause) {
    throw explain(cause).connectionLost ? cause : new NotExported('', { cause });
  }
};

/** A second session in the view of the first; null where that is not to be had, and one does it too. */
const helperOf = async (session: PostgresSession, exported: string): Helper => {
  const other = await session.beside().catch(() => null);
  try {
    await other?.script(openCatalogueOf(exported));
    return other;
  } catch {
    await other?.close();
    return null;
  }
};

const readCatalogue = async (session: PostgresSession, alone: boolean): Promise<Assembly> => {
  const first = await askAll(session, [
    CATALOGUE_CONTEXT,
    COMMENTS,
    SECURITY_LABELS,
    OPERATOR_CLASSES,
    KEY_COLLATIONS,
  ]);
  const [context = NOTHING, comments = NOTHING, labels = NOTHING, classes = NOTHING, collations = NOTHING] =
    first;
  const known = readContext(context);
  const exported = !alone && isWide(context) ? await exportView(session) : null;
  const helper = exported === null ? null : helperOf(session, exported);
  const asked = await askedQueries(session, known.major);
  const assembly = startAssembly([...readNotes(comments, 'comment'), ...readNotes(labels, 'securityLabels')]);
  const into = { add: assembly.add, lookup: readLookup(classes, collations) };
  const texts = asked.map((query) => query.sql(known));
  const hear = (result: RawResult, index: number): void => {
    const query = asked[index];
    if (query) readCatalogueRows(result, query, into);
  };
  await (helper ? share(session, helper, { texts, hear }) : session.rawAll(texts, hear));
  return assembly;
};

/**
 * The schema as the server describes it, without the objects of extensions. Owners and privileges are given where they
 * differ from the role that dbsync works as. A shadow's is told as the server that it stands for would tell it. Needs a session without an open transaction. Throws TABLE_LOCKED.
 */
export const inspect = (session: Session, options: InspectOptions): Promise<Snapshot> =>
  // A session that writes is on a shadow, or holds the runner lock: nothing else is opened there.
  orTableLocked(session, () => inView(session, options, session.mode !== 'read'));

const inView = async (session: Session, options: InspectOptions, alone: boolean): Promise<Snapshot> => {
  await session.script(OPEN_CATALOGUE);
  let read: Assembly;
  try {
    read = await readCatalogue(postgresSession(session), alone);
  } catch (error) {
    await session.script(CLOSE_CATALOGUE);
    if (error instanceof NotExported) return inView(session, options, true);
    throw error;
  }
  // The server ends the view while the tree is built.
  const closed = session.script(CLOSE_CATALOGUE);
  try {
    const objects = read.objects();
    const { likeness } = postgresAddress(session.address);
    const said = likeness ? inLikeness(objects, likeness) : objects;
    return snapshotOf('postgres', withoutIgnored(said, options.ignore));
  } finally {
    await closed;
  }
};
