// The envelope of every artifact: what it is, and the hash of the one before it. Pure.
import { type Hash, hashOf } from '../schema/index.ts';

/** The kinds of artifact, in the order in which a run makes them. */
export const ARTIFACT_KINDS = [
  'intent',
  'connection-check',
  'snapshot-before',
  'drift',
  'snapshot-predicted',
  'plan',
  'memory',
  'rehearsal',
  'approval',
  'execution',
  'snapshot-after',
  'verification',
] as const;

export type ArtifactKind = (typeof ARTIFACT_KINDS)[number];

/** One artifact: plain JSON, versioned by `format`, chained by `previous`. */
export interface Artifact<K extends ArtifactKind = ArtifactKind, B = unknown> {
  readonly format: 1;
  readonly kind: K;
  /** Hash of the artifact that this one was made from; null for the first. */
  readonly previous: Hash | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly body: B;
}

/** The hash that names an artifact; the time of making is not part of it for a plan, so that equal plans have equal names. */
export const artifactHash = (artifact: Artifact): Hash =>
  artifact.kind === 'plan'
    ? hashOf({ format: artifact.format, kind: artifact.kind, body: artifact.body })
    : hashOf(artifact);
