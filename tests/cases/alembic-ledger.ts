// Ledgers held against a history: rows, what stands in the files, and what must be said.

export interface LedgerCase {
  readonly title: string;
  /** Null: no table. */
  readonly rows: readonly string[] | null;
  /** Default: true. */
  readonly objects?: boolean;
  readonly history?: keyof typeof HISTORIES;
  readonly head?: string;
  readonly mentioned?: readonly string[];
  readonly warnings?: readonly string[];
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Codes in order. */
  readonly problems: readonly string[];
  readonly says?: RegExp;
  /** What the remedies must say. */
  readonly next?: RegExp;
}

/** Each line: id, parents, needs, labels. In the order of application. */
export const HISTORIES = {
  line: [['a'], ['b', 'a'], ['c', 'b']],
  fork: [['a'], ['b', 'a'], ['c', 'a', '', 'billing'], ['d', 'c', '', 'billing']],
  branches: [['a'], ['b', 'a', '', 'expand'], ['c', 'a', '', 'contract']],
  merged: [['a'], ['b', 'a'], ['c', 'a'], ['m', 'b c'], ['n', 'm']],
  needing: [['a'], ['b', 'a'], ['x'], ['y', 'x', 'b']],
  empty: [],
} as const satisfies Record<string, readonly (readonly string[])[]>;

export const LEDGER_CASES: readonly LedgerCase[] = [
  { title: 'up to date', rows: ['c'], applied: ['a', 'b', 'c'], pending: [], problems: [] },
  { title: 'behind', rows: ['a'], applied: ['a'], pending: ['b', 'c'], problems: [] },
  {
    title: 'an empty database',
    rows: null,
    objects: false,
    applied: [],
    pending: ['a', 'b', 'c'],
    problems: [],
  },
  {
    title: 'no table on a database that holds objects',
    rows: null,
    applied: [],
    pending: ['a', 'b', 'c'],
    problems: ['x-baseline-required'],
    says: /does not exist/,
  },
  {
    title: 'an empty table on a database that holds objects',
    rows: [],
    applied: [],
    pending: ['a', 'b', 'c'],
    problems: ['x-baseline-required'],
    says: /is empty/,
  },
  {
    title: 'a revision that the code does not know',
    rows: ['z'],
    applied: [],
    pending: ['a', 'b', 'c'],
    problems: ['x-db-ahead'],
    says: /at z, which this code does not know/,
  },
  {
    title: 'a squashed history: the files still name it',
    rows: ['old'],
    mentioned: ['old'],
    applied: [],
    pending: ['a', 'b', 'c'],
    problems: ['x-deleted-migration'],
    says: /squashed/,
  },
  {
    title: 'both sides have what the other lacks',
    rows: ['b', 'z'],
    applied: ['a', 'b'],
    pending: ['c'],
    problems: ['x-histories-diverge'],
    says: /diverge/,
  },
  {
    title: 'rows of which one implies the other',
    rows: ['a', 'c'],
    applied: ['a', 'b', 'c'],
    pending: [],
    problems: ['x-histories-diverge'],
    says: /already implies/,
  },
  {
    title: 'several heads: refused with a drawing',
    rows: ['a'],
    history: 'fork',
    applied: ['a'],
    pending: ['b', 'c', 'd'],
    problems: ['x-multiple-heads'],
    says: /Two people branched off[\s\S]*\* d \(head, billing\)[\s\S]*\* a \(database is here\)/,
    next: /alembic merge[\s\S]*tool: \{ head: 'heads' \}/,
  },
  {
    title: 'several heads of branches with labels, which are meant',
    rows: ['a'],
    history: 'branches',
    applied: ['a'],
    pending: ['b', 'c'],
    problems: ['x-multiple-heads'],
    says: /branches with labels/,
    next: /^Choose all of them .*tool: \{ head: 'heads' \}, or one: tool: \{ head: 'expand@head' \}\.$/,
  },
  {
    title: 'several heads, and all of them are wanted',
    rows: ['a'],
    history: 'fork',
    head: 'heads',
    applied: ['a'],
    pending: ['b', 'c', 'd'],
    problems: [],
  },
  {
    title: 'several heads, and one branch is wanted',
    rows: ['a'],
    history: 'fork',
    head: 'billing@head',
    applied: ['a'],
    pending: ['c', 'd'],
    problems: [],
  },
  {
    title: 'a head that is none',
    rows: ['a'],
    history: 'fork',
    head: 'nothing@head',
    applied: ['a'],
    pending: ['b', 'c', 'd'],
    problems: ['x-multiple-heads'],
    says: /names none of them/,
  },
  {
    title: 'several rows before a merge',
    rows: ['b', 'c'],
    history: 'merged',
    applied: ['a', 'b', 'c'],
    pending: ['m', 'n'],
    problems: [],
  },
  {
    title: 'a dependency in another branch is implied',
    rows: ['y'],
    history: 'needing',
    head: 'heads',
    applied: ['a', 'b', 'x', 'y'],
    pending: [],
    problems: [],
  },
  {
    title: 'two files with one id',
    rows: ['c'],
    warnings: ['Revision b is present more than once'],
    applied: ['a', 'b', 'c'],
    pending: [],
    problems: ['x-duplicate-version'],
  },
  {
    title: 'everything at once',
    rows: ['z', 'y\u001b[31m'],
    history: 'fork',
    warnings: ['Revision b is present more than once'],
    applied: [],
    pending: ['a', 'b', 'c', 'd'],
    problems: ['x-db-ahead', 'x-db-ahead', 'x-multiple-heads', 'x-duplicate-version'],
  },
  {
    title: 'a project without revisions',
    rows: null,
    history: 'empty',
    applied: [],
    pending: [],
    problems: [],
  },
];
