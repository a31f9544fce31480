// Watches what statements do to tables, on a shadow database: the locks that the own transaction holds (pg_locks), which tables got a
// new file, and which were read from end to end. Asks once before the first statement of a batch and once after each.
import type { Statement } from '../../sql/index.ts';
import type { Batch, Row, Session, TableEffect, Watch } from '../contract.ts';
import { foresee } from './foresee.ts';
import { blocksOf, LOCK, stronger } from './locks.ts';
import { printable } from './quote.ts';
import { classify } from './scan.ts';

/**
 * What the own transaction holds. Objects that users make have numbers from 16384 on (FirstNormalObjectId in access/transam.h).
 * The number of scans counts those that this transaction began, so it is above zero on an empty table too. What is gone has no path.
 */
const AFTER = `SELECT l.relation::text AS oid, min(i.indrelid::text) AS "table", array_agg(l.mode) AS modes,
  pg_catalog.pg_relation_filepath(l.relation) AS file, pg_catalog.pg_stat_get_xact_numscans(l.relation)::text AS scans,
  bool_and(c.oid IS NULL) AS gone
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = l.relation
  LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation >= 16384
GROUP BY l.relation`;

/** Everything that is there before the batch's first statement, and what its ledger row holds already. */
const BEFORE = `SELECT c.oid::text AS oid, i.indrelid::text AS "table", n.nspname AS namespace, c.relname AS name, c.relkind::text AS kind,
  pg_catalog.pg_relation_filepath(c.oid) AS file, pg_catalog.pg_stat_get_xact_numscans(c.oid)::text AS scans, h.modes
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
LEFT JOIN (SELECT l.relation, array_agg(l.mode) AS modes FROM pg_catalog.pg_locks l
  WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted GROUP BY l.relation) h ON h.relation = c.oid
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'f', 'v', 'i', 'I') AND n.nspname !~ '^pg_'`;

interface Relation {
  readonly oid: string;
  /** The table of an index. */
  readonly table: string | null;
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
  /** Its path below the data folder; '' for what has no file. */
  readonly file: string;
  readonly scans: number;
  readonly modes: ReadonlySet<string>;
  readonly gone: boolean;
}

const EXCLUSIVE = 'AccessExclusiveLock';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const relationOf = (row: Row): Relation => ({
  oid: text(row.oid),
  table: typeof row.table === 'string' ? row.table : null,
  namespace: text(row.namespace),
  name: text(row.name),
  kind: text(row.kind),
  file: text(row.file),
  scans: Number(row.scans ?? 0),
  modes: new Set(Array.isArray(row.modes) ? row.modes.map(String) : []),
  gone: row.gone === true,
});

/** `AccessExclusiveLock` as the manual writes it. */
const lockName = (mode: string): string =>
  mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();

const strongest = (modes: Iterable<string>): string | undefined =>
  [...modes].map(lockName).reduce<string | undefined>(stronger, undefined);

interface Seen {
  readonly before: ReadonlyMap<string, Relation>;
  readonly after: ReadonlyMap<string, Relation>;
}

const isNewFile = (old: Relation | undefined, now: Relation | undefined): boolean =>
  now !== undefined && now.file !== '' && old?.file !== now.file;

const folderOf = (relation: Relation | undefined): string => relation?.file.replace(/[^/]*$/, '') ?? '';

const indexesOf = ({ after }: Seen, oid: string): readonly Relation[] =>
  [...after.values()].filter((relation) => relation.table === oid);

const scansSince = (seen: Seen, oid: string): number =>
  (seen.after.get(oid)?.scans ?? 0) - (seen.before.get(oid)?.scans ?? 0);

/**
 * A table that is written anew was read for it, and once more for each of its indexes; one that was only emptied (TRUNCATE) has new
 * indexes too, but was read for nothing else. One that stands in another tablespace now was copied without being read.
 */
const workOn = (seen: Seen, old: Relation): TableEffect['work'] => {
  const now = seen.after.get(old.oid);
  const indexes = indexesOf(seen, old.oid);
  const built = indexes.filter((index) => isNewFile(seen.before.get(index.oid), index)).length;
  const scans = scansSince(seen, old.oid);
  if (isNewFile(old, now)) {
    const looked = indexes.reduce((sum, index) => sum + Math.max(0, scansSince(seen, index.oid)), 0);
    const moved = folderOf(old) !== folderOf(now);
    return scans + looked > built || moved || old.kind === 'm' ? 'rewrite' : 'none';
  }
  if (scans <= 0) return 'none';
  return built > 0 ? 'index' : 'scan';
};

/** An index that is there and that nobody else can open now: every plan of a query on its table opens it (REINDEX). */
const lockedIndex = (seen: Seen, oid: string): string | undefined =>
  indexesOf(seen, oid)
    .filter(({ modes }) => modes.has(EXCLUSIVE))
    .map((index) => seen.before.get(index.oid))
    .find((old) => old?.kind === 'i' && !old.modes.has(EXCLUSIVE))?.name;

const effectOn = (seen: Seen, old: Relation): readonly TableEffect[] => {
  const now = seen.after.get(old.oid);
  if (!now || /^[iI]$/.test(old.kind)) return [];
  const taken = strongest([...now.modes].filter((mode) => !old.modes.has(mode)));
  const work = workOn(seen, old);
  const lock = taken ?? strongest(now.modes);
  if (lock === undefined || (work === 'none' && (taken === undefined || lock === LOCK.accessShare)))
    return [];
  const { namespace, name } = old;
  const base = { namespace, name, until: 'transaction', work, basis: 'measured' } as const;
  const index = lock === LOCK.accessExclusive ? undefined : lockedIndex(seen, old.oid);
  if (index === undefined) return [{ ...base, lock, blocks: blocksOf(lock) }];
  const because = `the lock is on its index ${printable(index)}, which the plan of every query on the table opens`;
  return [{ ...base, lock: LOCK.accessExclusive, blocks: 'all', because }];
};

/** What the text says of tables whose lock an earlier statement of the transaction holds already: that cannot be seen again. */
const heldBefore = (seen: Seen, statement: Statement, measured: readonly TableEffect[]): TableEffect[] =>
  foresee(statement).flatMap((known) => {
    if (measured.some(({ name }) => name === known.name)) return [];
    const old = [...seen.before.values()].find(
      (relation) =>
        relation.name === known.name && (known.namespace === null || relation.namespace === known.namespace),
    );
    const held = old && strongest(old.modes);
    const isHeld = held !== undefined && stronger(held, known.lock) === held;
    return old && isHeld ? [{ ...known, namespace: old.namespace, work: 'none' as const }] : [];
  });

const sessionKinds: ReadonlySet<string> = new Set(['session', 'transaction']);

const asMap = (rows: readonly Row[]): Map<string, Relation> =>
  new Map(rows.map(relationOf).map((relation) => [relation.oid, relation]));

/** The state after, for the next statement to start from; tables that the batch itself made stay out, nobody waits for them. */
const carried = ({ before, after }: Seen): ReadonlyMap<string, Relation> => {
  const next = new Map(before);
  for (const [oid, now] of after) {
    const old = before.get(oid);
    if (now.gone) next.delete(oid);
    else if (old) next.set(oid, { ...old, file: now.file, scans: now.scans, modes: now.modes });
    // An index that was made meanwhile keeps nobody from its table.
    else if (now.table !== null) next.set(oid, { ...now, kind: 'i' });
  }
  return next;
};

/**
 * Watches the statements of one batch. Statements that commit by themselves keep no locks to look at: of those their text is
 * told. Statements that only set the session are sent as they are, as some of them must come before any question.
 */
export const observe = (session: Session, batch: Batch): Watch => {
  let before: ReadonlyMap<string, Relation> | null = null;
  return async (statement, send) => {
    if (!batch.transactional) {
      const answer = await send(statement.text);
      return { answer, effects: foresee(statement) };
    }
    if (sessionKinds.has(classify(statement).kind))
      return { answer: await send(statement.text), effects: [] };
    before ??= asMap(await session.query(BEFORE));
    const answer = await send(statement.text);
    const seen: Seen = { before, after: asMap(await session.query(AFTER)) };
    const measured = [...seen.before.values()].flatMap((old) => effectOn(seen, old));
    const effects = [...measured, ...heldBefore(seen, statement, measured)];
    before = carried(seen);
    return { answer, effects };
  };
};
