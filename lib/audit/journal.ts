// The journal: one line of JSON before and after each step, on disk before anything else is sent. Append-only.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Redact } from '../target/index.ts';
import type { Run } from './runs.ts';

export interface JournalRecord {
  /** `run-started`, `batch-started`, `step-started`, `step-done`, `step-failed`, `batch-committed`, `batch-rolled-back`, `run-finished`, ... */
  readonly event: string;
  readonly [key: string]: unknown;
}

export interface StoredRecord extends JournalRecord {
  readonly seq: number;
  readonly at: string;
}

export interface Journal {
  /**
   * Writes a record and waits until the disk has it, and all records before it; but for those that tell of something done, after
   * which always another one comes before the next statement is sent: they share its wait. Throws what the file system throws (a
   * full disk, for one).
   */
  readonly write: (record: JournalRecord) => void;
  readonly close: () => void;
}

/** What a migration tool tells of itself, when it is done; each of its statements has a record that waits before it is sent. */
const TOLD = /^(?:tool-(?:begin|commit|rollback|settled)|migration-(?:started|finished))$/;

/**
 * Tells of what is done, and is followed by `step-started`, `tool-statement`, `batch-committing` or `statements-ended` before the
 * program goes on. What a process writes outlives its own death at once; the disk is only for the machine's.
 */
const followed = (record: JournalRecord): boolean =>
  record.event === 'step-done' ||
  record.event === 'batch-committed' ||
  TOLD.test(record.event) ||
  (record.event === 'batch-started' && record.by === 'tool') ||
  // Nothing of a transaction is the target's before its first step.
  (record.event === 'batch-started' && record.transactional === true);

const fileOf = (run: Run): string => path.join(run.artifacts, 'journal.ndjson');

const endsTorn = (file: string): boolean => {
  const text = readFileSync(file, 'utf8');
  return text.length > 0 && !text.endsWith('\n');
};

const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Some file systems do not sync folders; the file itself is synced below.
  } finally {
    closeSync(handle);
  }
};

/** Opens the run's journal for appending. */
export const openJournal = (
  run: Run,
  options: { readonly now: () => Date; readonly redact: Redact },
): Journal => {
  mkdirSync(run.artifacts, { recursive: true });
  let seq = readJournal(run).length;
  let waiting = false;
  const handle = openSync(fileOf(run), 'a', 0o644);
  // A line that a crash cut short must not swallow the next one.
  if (endsTorn(fileOf(run))) writeSync(handle, '\n');
  syncFolder(run.artifacts);
  return {
    write: (record) => {
      seq += 1;
      const line = JSON.stringify(
        { seq, at: options.now().toISOString(), ...record },
        (_key, value: unknown) =>
          typeof value === 'string'
            ? options.redact(value)
            : typeof value === 'bigint'
              ? Number(value)
              : value,
      );
      writeSync(handle, `${line}\n`);
      waiting = followed(record);
      if (!waiting) fdatasyncSync(handle);
    },
    close: () => {
      if (waiting) fdatasyncSync(handle);
      closeSync(handle);
    },
  };
};

const parseLine = (line: string): StoredRecord[] => {
  try {
    const value: unknown = JSON.parse(line);
    if (value !== null && typeof value === 'object' && 'event' in value && 'seq' in value)
      return [value as StoredRecord];
  } catch {
    // A line that a crash cut short says nothing beyond that there was a crash.
  }
  return [];
};

/** Every complete record of the run's journal, in order; empty where there is none. */
export const readJournal = (run: Run): readonly StoredRecord[] => {
  const file = fileOf(run);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter(Boolean).flatMap(parseLine);
};

/** Whether the journal tells of a run that was started and neither finished nor recovered. */
export const isUnfinished = (records: readonly StoredRecord[]): boolean => {
  const started = records.findLastIndex((record) => record.event === 'run-started');
  const ended = records.findLastIndex(
    (record) => record.event === 'run-finished' || record.event === 'run-recovered',
  );
  return started > ended;
};
