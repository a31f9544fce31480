// Ledgers and what is to be said of them: rows as Prisma writes them, against the three migrations of the fixture `prisma-v5`.

export type State = 'applied' | 'failed' | 'running' | 'rolled-back';

export interface LedgerCase {
  readonly title: string;
  /** Null: no ledger. Names are the fixture's, shortened: 1, 2, 3; other names as they are. */
  readonly rows:
    | readonly (readonly [string, State, Partial<{ checksum: string; startedAt: unknown }>?])[]
    | null;
  readonly objects?: boolean;
  readonly lock?: string | null;
  /** Changes to the files: a new text, or null for a missing folder. */
  readonly files?: Readonly<Record<string, string | null>>;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** `weight code migration`. */
  readonly problems: readonly string[];
}

const LATER = '20990101000000_later';
const OTHER = '20240110000000_other';

export const LEDGER_CASES: readonly LedgerCase[] = [
  { title: 'no ledger, empty database', rows: null, applied: [], pending: ['1', '2', '3'], problems: [] },
  {
    title: 'no ledger, database with objects',
    rows: null,
    objects: true,
    applied: [],
    pending: ['1', '2', '3'],
    problems: ['blocking x-baseline-required -'],
  },
  {
    title: 'empty ledger, database with objects',
    rows: [],
    objects: true,
    applied: [],
    pending: ['1', '2', '3'],
    problems: ['warning x-baseline-required -'],
  },
  { title: 'nothing applied', rows: [], applied: [], pending: ['1', '2', '3'], problems: [] },
  {
    title: 'pending only',
    rows: [['1', 'applied']],
    objects: true,
    applied: ['1'],
    pending: ['2', '3'],
    problems: [],
  },
  {
    title: 'up to date',
    rows: [
      ['1', 'applied'],
      ['2', 'applied'],
      ['3', 'applied'],
    ],
    applied: ['1', '2', '3'],
    pending: [],
    problems: [],
  },
  {
    title: 'failed, with the error in logs',
    rows: [
      ['1', 'applied'],
      ['2', 'failed'],
    ],
    applied: ['1'],
    pending: ['2', '3'],
    problems: ['blocking x-failed-in-ledger 2'],
  },
  {
    title: 'running or killed: the ledger cannot tell',
    rows: [
      ['1', 'applied'],
      ['2', 'running'],
    ],
    applied: ['1'],
    pending: ['2', '3'],
    problems: ['blocking x-running-in-ledger 2'],
  },
  {
    title: 'rolled back, and applied again',
    rows: [
      ['1', 'rolled-back', { checksum: 'another text' }],
      ['1', 'applied'],
    ],
    applied: ['1'],
    pending: ['2', '3'],
    problems: [],
  },
  {
    title: 'rolled back only',
    rows: [['1', 'rolled-back']],
    applied: [],
    pending: ['1', '2', '3'],
    problems: [],
  },
  {
    title: 'edited',
    rows: [['1', 'applied', { checksum: 'f'.repeat(64) }]],
    applied: ['1'],
    pending: ['2', '3'],
    problems: ['blocking x-edited-migration 1'],
  },
  {
    title: 'renamed: the same text under another name',
    rows: [['20230101000000_old_name', 'applied', { checksum: 'of 1' }]],
    applied: ['20230101000000_old_name'],
    pending: ['1', '2', '3'],
    problems: ['blocking x-duplicate-version 1'],
  },
  {
    title: 'deleted in the middle',
    rows: [
      ['1', 'applied'],
      [OTHER, 'applied'],
      ['2', 'applied'],
      ['3', 'applied'],
    ],
    applied: ['1', OTHER, '2', '3'],
    pending: [],
    problems: [`blocking x-deleted-migration ${OTHER}`],
  },
  {
    title: 'database ahead',
    rows: [
      ['1', 'applied'],
      ['2', 'applied'],
      ['3', 'applied'],
      [LATER, 'applied'],
    ],
    applied: ['1', '2', '3', LATER],
    pending: [],
    problems: [`blocking x-db-ahead ${LATER}`],
  },
  {
    title: 'diverged',
    rows: [
      ['1', 'applied'],
      [LATER, 'applied'],
    ],
    applied: ['1', LATER],
    pending: ['2', '3'],
    problems: [`blocking x-histories-diverge ${LATER}`],
  },
  {
    title: 'out of order',
    rows: [
      ['1', 'applied'],
      ['3', 'applied'],
    ],
    applied: ['1', '3'],
    pending: ['2'],
    problems: ['warning x-out-of-order 2'],
  },
  {
    title: 'two rows for one migration',
    rows: [
      ['1', 'applied'],
      ['1', 'applied'],
    ],
    applied: ['1'],
    pending: ['2', '3'],
    problems: ['warning x-duplicate-version 1'],
  },
  {
    title: 'a history for another database',
    rows: null,
    lock: 'provider = "postgresql"\n',
    applied: [],
    pending: ['1', '2', '3'],
    problems: ['blocking x-provider-mismatch -'],
  },
  {
    title: 'no lock file',
    rows: null,
    lock: null,
    applied: [],
    pending: ['1', '2', '3'],
    problems: ['warning x-provider-mismatch -'],
  },
  {
    title: 'a folder without its file',
    rows: [['1', 'applied']],
    files: { '2': null },
    applied: ['1'],
    pending: ['3'],
    problems: ['blocking x-deleted-migration 2'],
  },
  {
    title: 'times in every encoding keep their order',
    rows: [
      ['3', 'applied', { startedAt: '2024-03-03 10:00:00' }],
      ['1', 'applied', { startedAt: 1704067200000 }],
      ['2', 'applied', { startedAt: '2024-02-02T10:00:00.000+00:00' }],
    ],
    applied: ['1', '2', '3'],
    pending: [],
    problems: [],
  },
  {
    title: 'everything at once is said at once',
    rows: [
      ['1', 'applied', { checksum: '0'.repeat(64) }],
      ['2', 'failed'],
      ['3', 'applied'],
      [OTHER, 'applied'],
      [LATER, 'running'],
    ],
    objects: true,
    lock: null,
    applied: ['1', '3', OTHER],
    pending: ['2'],
    problems: [
      'warning x-provider-mismatch -',
      'blocking x-failed-in-ledger 2',
      `blocking x-running-in-ledger ${LATER}`,
      'blocking x-edited-migration 1',
      `blocking x-deleted-migration ${OTHER}`,
      'warning x-out-of-order 2',
    ],
  },
];
