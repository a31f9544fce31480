// Groups a migration's statements into what SQLite does as a whole: one transaction wherever that is what the file means.
// Pure; `transaction.ts` carries it out. Facts: https://sqlite.org/lang_transaction.html, https://sqlite.org/foreignkeys.html
import type { Statement } from '../../sql/index.ts';
import type { Batch } from '../contract.ts';
import { parseStatement, type Stmt } from './parse.ts';
import { pragmaOf } from './scan.ts';

/** What `begin` must know of a batch; plain JSON. */
export interface BatchSettings {
  readonly [name: string]: string;
  readonly foreignKeys: 'on' | 'off';
}

interface Read {
  readonly statement: Statement;
  readonly tree: Stmt | null;
  /** Set where the statement is `PRAGMA foreign_keys = ...`. */
  readonly switches: 'on' | 'off' | null;
  /** Must stand outside every transaction; why. */
  readonly alone: string | null;
}

const OFF: ReadonlySet<string> = new Set(['off', 'false', 'no', '0']);

const ALONE_PRAGMAS: ReadonlySet<string> = new Set([
  'journal_mode',
  'synchronous',
  'temp_store',
  'temp_store_directory',
  'wal_checkpoint',
  'locking_mode',
]);

const aloneBecause = (
  tree: Stmt | null,
  pragma: { name: string; value: string | null } | null,
): string | null => {
  if (tree?.type === 'VacuumStmt') return 'VACUUM cannot run in a transaction';
  if (tree?.type === 'AttachStmt') return 'ATTACH cannot run in a transaction';
  if (tree?.type === 'DetachStmt') return 'DETACH cannot run in a transaction';
  if (!pragma || !ALONE_PRAGMAS.has(pragma.name)) return null;
  if (pragma.value === null && pragma.name !== 'wal_checkpoint') return null;
  return `PRAGMA ${pragma.name} cannot run in a transaction`;
};

const read = (statement: Statement): Read => {
  const tree = parseStatement(statement.text);
  const pragma = pragmaOf(tree, statement.text);
  const switched = pragma?.name === 'foreign_keys' && pragma.value !== null;
  return {
    statement,
    tree,
    switches: switched ? (OFF.has(pragma.value ?? '') ? 'off' : 'on') : null,
    alone: aloneBecause(tree, pragma),
  };
};

const isUpsert = (tree: Stmt): boolean =>
  tree.type === 'InsertStmt' &&
  tree.body.type === 'SelectInsertBody' &&
  tree.body.upsert?.doClause.type === 'SetUpsertDo';

/**
 * Whether foreign keys being on changes what a statement does beyond refusing it: rows that cascade, or are set to NULL.
 * DROP TABLE deletes every row first (foreignkeys.html section 5). What cannot be read is taken to be so.
 */
const dependsOnForeignKeys = ({ tree }: Read): boolean => {
  if (!tree) return true;
  if (['DeleteStmt', 'UpdateStmt', 'DropTableStmt'].includes(tree.type)) return true;
  return tree.type === 'InsertStmt' && (tree.orConflict === 'Replace' || isUpsert(tree));
};

const settings = (foreignKeys: 'on' | 'off'): BatchSettings => ({ foreignKeys });

interface Segment {
  readonly foreignKeys: 'on' | 'off';
  readonly reads: readonly Read[];
}

const segmentsOf = (reads: readonly Read[]): Segment[] => {
  const segments: { foreignKeys: 'on' | 'off'; reads: Read[] }[] = [];
  let foreignKeys: 'on' | 'off' = 'on';
  for (const one of reads) {
    if (one.switches) {
      foreignKeys = one.switches;
      continue;
    }
    const last = segments.at(-1);
    if (last && last.foreignKeys === foreignKeys) last.reads.push(one);
    else segments.push({ foreignKeys, reads: [one] });
  }
  return segments;
};

const batchOf = (reads: readonly Read[], foreignKeys: 'on' | 'off', because: string): Batch => ({
  transactional: true,
  statements: reads.map(({ statement }) => statement),
  settings: settings(foreignKeys),
  because,
});

const WHOLE = 'SQLite rolls back schema and data together, so the statements are one transaction.';
const OFF_FIRST =
  'The file turns foreign keys off; that has no effect inside a transaction, so it is done before the transaction begins ' +
  '(for all of it: no statement outside that part depends on them), and orphans are looked for before it commits.';
const SPLIT =
  'The file turns foreign keys off for a part of it, and statements outside that part depend on them (deletes, updates or ' +
  'dropped tables that cascade). The setting cannot change within a transaction, so each part is a transaction of its own, ' +
  'and a failure in a later part leaves the earlier ones committed.';

const transactional = (reads: readonly Read[], note: string): Batch[] => {
  const segments = segmentsOf(reads);
  const off = segments.some(({ foreignKeys }) => foreignKeys === 'off');
  const all = segments.flatMap((segment) => segment.reads);
  if (all.length === 0) return [];
  if (!off) return [batchOf(all, 'on', `${WHOLE}${note}`)];
  const sensitive = segments.some((s) => s.foreignKeys === 'on' && s.reads.some(dependsOnForeignKeys));
  if (!sensitive) return [batchOf(all, 'off', `${OFF_FIRST}${note}`)];
  return segments.map(({ foreignKeys, reads: part }) => batchOf(part, foreignKeys, `${SPLIT}${note}`));
};

const isControl = ({ tree }: Read): boolean =>
  tree?.type === 'BeginStmt' ||
  tree?.type === 'CommitStmt' ||
  (tree?.type === 'RollbackStmt' && tree.savepointName === undefined);

/** The reads without a BEGIN and COMMIT that merely wrap everything but pragmas; null where they do more than that. */
const unwrapped = (reads: readonly Read[]): Read[] | null => {
  const controls = reads.filter(isControl);
  const [begin, commit] = controls;
  if (controls.length !== 2 || begin?.tree?.type !== 'BeginStmt' || commit?.tree?.type !== 'CommitStmt')
    return null;
  const from = reads.indexOf(begin);
  const to = reads.indexOf(commit);
  const outside = [...reads.slice(0, from), ...reads.slice(to + 1)];
  if (outside.some(({ tree }) => tree?.type !== 'PragmaStmt')) return null;
  // Inside their transaction the engine ignores the switch, so ours must not obey it either.
  const inside = reads.slice(from + 1, to).filter((one) => one.switches === null);
  return [...reads.slice(0, from), ...inside, ...reads.slice(to + 1)];
};

const honoured = (reads: readonly Read[]): Batch => ({
  transactional: false,
  statements: reads.map(({ statement }) => statement),
  settings: settings('on'),
  because:
    'The file begins and ends transactions of its own that do not simply enclose all of it, so it is sent as it is: what ' +
    'it commits stays committed when a later statement fails.',
});

/** Cuts at statements that no transaction may hold; the setting of foreign keys is carried over the cut. */
const cut = (reads: readonly Read[], note: string): Batch[] => {
  const batches: Batch[] = [];
  let part: Read[] = [];
  let switched: Read | null = null;
  const flush = (): void => {
    batches.push(...transactional(part, note));
    part = switched ? [switched] : [];
  };
  for (const one of reads) {
    if (one.switches) switched = one;
    if (one.alone === null) {
      part.push(one);
      continue;
    }
    flush();
    batches.push({
      transactional: false,
      statements: [one.statement],
      settings: settings('on'),
      because: `${one.alone}, so it stands alone: what came before it is committed first, and it cannot be undone.`,
    });
  }
  flush();
  return batches;
};

/** Groups a migration's statements into what the engine does as a whole. */
export const batches = (statements: readonly Statement[]): readonly Batch[] => {
  const reads = statements.map(read);
  if (!reads.some(isControl)) return cut(reads, '');
  const inner = unwrapped(reads);
  if (!inner) return [honoured(reads)];
  return cut(inner, " The file's own BEGIN and COMMIT only enclose it and are left out.");
};
