// What can be wrong between a ledger and its files, as states to bring about, and what dbsync must say and propose for each.

export const ONE = '20250101000000_one';
export const TWO = '20250102000000_two';
export const THREE = '20250103000000_three';
const BETWEEN = '20250101120000_between';
const RENAMED = '20250102000001_zwo';
const COPY = '20250104000000_copy';
const FOREIGN = '20250109000000_elsewhere';

/** The SQL of each migration: the same words on every database. */
export const SQL: Readonly<Record<string, string>> = {
  [ONE]: 'CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY);\n',
  [TWO]: 'CREATE TABLE b (id INTEGER NOT NULL PRIMARY KEY);\n',
  [THREE]: 'CREATE TABLE c (id INTEGER NOT NULL PRIMARY KEY);\n',
};

/** Text of a file, by its path below the migrations folder; null: it is removed. */
export type Files = Readonly<Record<string, string | null>>;

export interface TruthCase {
  readonly title: string;
  /** Applied with the ledger's own rows, in this order. */
  readonly applied?: readonly string[];
  /** Rows of `applied` that the files do not have. */
  readonly foreign?: readonly string[];
  /** Statements that ran without the ledger. */
  readonly byHand?: readonly string[];
  /** A row that was started: `logs` says that it failed, null that it did not end. */
  readonly unfinished?: { readonly id: string; readonly logs: string | null };
  readonly rolledBack?: string;
  readonly noLedger?: boolean;
  /** Changes to the files after that. */
  readonly files?: Files;
  /** `weight code migration`, in order. */
  readonly problems: readonly string[];
  readonly pending: readonly string[];
  /** Of `status`. */
  readonly exitCode: 0 | 3;
  /** What recovers it: the proposed command's options, and what is pending afterwards. */
  readonly mend?: { readonly command: string; readonly pending: readonly string[] };
  /** A proposed command that must be refused, as the schema does not prove it. */
  readonly unproven?: string;
  /** Files that mend it, and what is pending afterwards. */
  readonly restore?: { readonly files: Files; readonly pending: readonly string[] };
}

const FAILED = { id: THREE, logs: 'it broke' };

export const TRUTH: readonly TruthCase[] = [
  { title: 'pending', applied: [ONE, TWO], problems: [], pending: [THREE], exitCode: 0 },
  {
    title: 'failed, nothing of it in the database',
    applied: [ONE, TWO],
    unfinished: FAILED,
    problems: [`blocking x-failed-in-ledger ${THREE}`],
    pending: [THREE],
    exitCode: 3,
    unproven: `--applied ${THREE}`,
    mend: { command: `--rolled-back ${THREE}`, pending: [THREE] },
  },
  {
    title: 'failed, all of it in the database',
    applied: [ONE, TWO],
    unfinished: FAILED,
    byHand: [SQL[THREE] ?? ''],
    problems: [`blocking x-failed-in-ledger ${THREE}`],
    pending: [THREE],
    exitCode: 3,
    unproven: `--rolled-back ${THREE}`,
    mend: { command: `--applied ${THREE}`, pending: [] },
  },
  {
    title: 'running, or killed',
    applied: [ONE, TWO],
    unfinished: { id: THREE, logs: null },
    problems: [`blocking x-running-in-ledger ${THREE}`],
    pending: [THREE],
    exitCode: 3,
    mend: { command: `--rolled-back ${THREE}`, pending: [THREE] },
  },
  {
    title: 'rolled back',
    applied: [ONE, TWO],
    rolledBack: THREE,
    problems: [],
    pending: [THREE],
    exitCode: 0,
  },
  {
    title: 'edited',
    applied: [ONE, TWO, THREE],
    files: { [`${TWO}/migration.sql`]: 'CREATE TABLE b (id INTEGER NOT NULL PRIMARY KEY, x INTEGER);\n' },
    problems: [`blocking x-edited-migration ${TWO}`],
    pending: [],
    exitCode: 3,
    restore: { files: { [`${TWO}/migration.sql`]: SQL[TWO] ?? '' }, pending: [] },
  },
  {
    title: 'edited in its line ends only',
    applied: [ONE, TWO],
    files: { [`${TWO}/migration.sql`]: (SQL[TWO] ?? '').replaceAll('\n', '\r\n') },
    problems: [`warning x-edited-whitespace ${TWO}`],
    pending: [THREE],
    exitCode: 0,
  },
  {
    title: 'deleted',
    applied: [ONE, TWO],
    files: { [ONE]: null },
    problems: [`blocking x-deleted-migration ${ONE}`],
    pending: [THREE],
    exitCode: 3,
    restore: { files: { [`${ONE}/migration.sql`]: SQL[ONE] ?? '' }, pending: [THREE] },
  },
  {
    title: 'renamed',
    applied: [ONE, TWO],
    files: { [TWO]: null, [`${RENAMED}/migration.sql`]: SQL[TWO] ?? '' },
    problems: [`blocking x-duplicate-version ${RENAMED}`],
    pending: [RENAMED, THREE],
    exitCode: 3,
    restore: { files: { [RENAMED]: null, [`${TWO}/migration.sql`]: SQL[TWO] ?? '' }, pending: [THREE] },
  },
  {
    title: 'out of order',
    applied: [ONE, TWO],
    files: { [`${BETWEEN}/migration.sql`]: 'CREATE TABLE between_them (id INTEGER NOT NULL PRIMARY KEY);\n' },
    problems: [`warning x-out-of-order ${BETWEEN}`],
    pending: [BETWEEN, THREE],
    exitCode: 0,
  },
  {
    title: 'diverged',
    applied: [ONE, TWO],
    foreign: [FOREIGN],
    problems: [`blocking x-histories-diverge ${FOREIGN}`],
    pending: [THREE],
    exitCode: 3,
  },
  {
    title: 'ahead',
    applied: [ONE, TWO, THREE],
    files: { [THREE]: null },
    problems: [`blocking x-db-ahead ${THREE}`],
    pending: [],
    exitCode: 3,
    restore: { files: { [`${THREE}/migration.sql`]: SQL[THREE] ?? '' }, pending: [] },
  },
  {
    title: 'duplicate',
    applied: [ONE, TWO],
    files: { [`${COPY}/migration.sql`]: SQL[THREE] ?? '' },
    problems: [`warning x-duplicate-version ${COPY}`],
    pending: [THREE, COPY],
    exitCode: 0,
    restore: { files: { [COPY]: null }, pending: [THREE] },
  },
  {
    title: 'an empty folder',
    applied: [ONE, TWO],
    files: { '20250105000000_empty/.keep': '' },
    problems: ['blocking x-deleted-migration 20250105000000_empty'],
    pending: [THREE],
    exitCode: 3,
    restore: { files: { '20250105000000_empty': null }, pending: [THREE] },
  },
  {
    title: 'no lock file',
    applied: [ONE, TWO],
    files: { 'migration_lock.toml': null },
    problems: ['warning x-provider-mismatch -'],
    pending: [THREE],
    exitCode: 0,
  },
  {
    title: 'written for another provider',
    applied: [ONE, TWO],
    files: { 'migration_lock.toml': 'provider = "mongodb"\n' },
    problems: ['blocking x-provider-mismatch -'],
    pending: [THREE],
    exitCode: 3,
  },
  {
    title: 'no ledger over existing objects: baseline',
    noLedger: true,
    byHand: [SQL[ONE] ?? '', SQL[TWO] ?? ''],
    problems: ['blocking x-baseline-required -'],
    pending: [ONE, TWO, THREE],
    exitCode: 3,
    unproven: `--baseline ${THREE}`,
    mend: { command: '--baseline', pending: [THREE] },
  },
];
