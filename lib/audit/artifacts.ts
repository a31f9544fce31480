// Artifacts on disk: written whole or not at all, read back only if nobody edited them. Knows files, not what bodies mean.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { DbsyncError, messageOf } from '../errors/index.ts';
import type { Hash } from '../schema/index.ts';
import type { Redact } from '../target/index.ts';
import { type Artifact, type ArtifactKind, artifactHash } from './envelope.ts';
import type { Run } from './runs.ts';

/** Where each kind lies, below `artifacts/`. */
export const ARTIFACT_FILES: Readonly<Record<ArtifactKind, string>> = {
  intent: 'intent.json',
  'connection-check': 'connection_check.json',
  'snapshot-before': 'schema_snapshot.before.json',
  drift: 'schema_drift.json',
  'snapshot-predicted': 'schema_snapshot.predicted.json',
  plan: 'plan.json',
  memory: 'source_memory.json',
  rehearsal: 'rehearsal.json',
  approval: 'approval.json',
  execution: 'execution.json',
  'snapshot-after': 'schema_snapshot.after.json',
  verification: 'verification.json',
};

/**
 * Writes a file so that a crash of the program leaves the old one or the new one, never a part. A `durable` one is on the disk
 * before this returns; documents are made from artifacts and can be made again, so they need not wait for it.
 */
export const writeWhole = (file: string, text: string, durable = true): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, 'w', 0o644);
  try {
    writeSync(handle, text);
    if (durable) fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
};

/** Writes a document that is rendered from artifacts. */
export const writeDocument = (file: string, text: string): void => writeWhole(file, text, false);

/** Redacts every string in a JSON value, so that the text stays JSON. A part without anything to redact is not copied: most are. */
const redactValue = (value: unknown, redact: Redact): unknown => {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  const members = value as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | null = null;
  for (const key in members) {
    const redacted = redactValue(members[key], redact);
    if (redacted === members[key]) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...members }) as Record<string, unknown>;
    copy[key] = redacted;
  }
  return copy ?? value;
};

/** An artifact with the hash that names it. */
export interface Stored<K extends ArtifactKind, B> {
  readonly hash: Hash;
  readonly artifact: Artifact<K, B>;
}

/** Writes an artifact and returns it as it was written. */
export const writeArtifact = <K extends ArtifactKind, B>(
  run: Run,
  parts: {
    readonly kind: K;
    readonly previous: Hash | null;
    readonly body: B;
    readonly at: Date;
    readonly redact: Redact;
  },
): Stored<K, B> => {
  const body = redactValue(parts.body, parts.redact) as B;
  const artifact: Artifact<K, B> = {
    format: 1,
    kind: parts.kind,
    previous: parts.previous,
    createdAt: parts.at.toISOString(),
    body,
  };
  const hash = artifactHash(artifact);
  const compact = parts.kind.startsWith('snapshot');
  writeWhole(
    path.join(run.artifacts, ARTIFACT_FILES[parts.kind]),
    `${JSON.stringify({ hash, ...artifact }, null, compact ? 1 : 2)}\n`,
  );
  return { hash, artifact };
};

const broken = (file: string, why: string): DbsyncError =>
  new DbsyncError('ARTIFACT_INVALID', {
    summary: `${file} is not the artifact that dbsync wrote: ${why}.`,
    why: 'Artifacts are bound to each other by their hashes; one that was edited proves nothing.',
    next: ['Run the phase that makes it again (`plan` makes everything up to the plan anew).'],
  });

const parseEnvelope = (file: string, kind: ArtifactKind): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw broken(file, messageOf(error));
  }
  if (value === null || typeof value !== 'object') throw broken(file, 'it holds no object');
  const record = value as Record<string, unknown>;
  if (record.format !== 1)
    throw broken(file, `its format is ${JSON.stringify(record.format)}, this version reads format 1`);
  if (record.kind !== kind) throw broken(file, `its kind is ${JSON.stringify(record.kind)}`);
  return record;
};

/** Whether a run came so far; the artifact is not read, and may have been edited. */
export const hasArtifact = (run: Run, kind: ArtifactKind): boolean =>
  existsSync(path.join(run.artifacts, ARTIFACT_FILES[kind]));

/** Reads an artifact back; null where there is none. Throws ARTIFACT_INVALID where it was edited. */
export const readArtifact = <B, K extends ArtifactKind = ArtifactKind>(
  run: Run,
  kind: K,
): Stored<K, B> | null => {
  const file = path.join(run.artifacts, ARTIFACT_FILES[kind]);
  if (!existsSync(file)) return null;
  const { hash, ...artifact } = parseEnvelope(file, kind);
  const stored = artifact as unknown as Artifact<K, B>;
  if (artifactHash(stored) !== hash) throw broken(file, 'its content does not have the hash that it names');
  return { hash: hash as Hash, artifact: stored };
};

/** Removes artifacts that a newer one of the same run made worthless. */
export const dropArtifacts = (run: Run, kinds: readonly ArtifactKind[]): void => {
  for (const kind of kinds) rmSync(path.join(run.artifacts, ARTIFACT_FILES[kind]), { force: true });
};

/** Reads an artifact that must be there. Throws RUN_MISSING with the phase that makes it. */
export const requireArtifact = <B, K extends ArtifactKind = ArtifactKind>(
  run: Run,
  kind: K,
  phase: string,
): Stored<K, B> => {
  const found = readArtifact<B, K>(run, kind);
  if (found) return found;
  throw new DbsyncError('RUN_MISSING', {
    summary: `The run "${run.task}" has no ${ARTIFACT_FILES[kind]} yet.`,
    why: 'Each phase continues from the artifacts of the ones before.',
    next: [`$ npx zx tasks/${phase}.ts --env <env> --task ${run.task}`],
  });
};
