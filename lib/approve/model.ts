// The approval: what a person agreed to, bound to one plan, one rehearsal and one database. Pure.
import type { BackupEvidence } from '../dialects/contract.ts';
import type { Hash } from '../schema/index.ts';
import type { TargetRef } from '../target/index.ts';

export interface Actor {
  readonly kind: 'person' | 'automation' | 'agent';
  /** Login name and host, as far as the operating system tells. */
  readonly name: string;
  /** Whether it was typed at a terminal. */
  readonly terminal: boolean;
  /** The marker by which automation or an agent was recognised. */
  readonly marker: string | null;
}

/** One hazard, accepted by its code and for a reason. */
export interface Acceptance {
  readonly id: string;
  readonly code: string;
  readonly reason: string;
}

/** What stands behind a plan that can lose data. */
export type BackupDecision =
  | { readonly kind: 'not-needed' }
  /** dbsync takes it before the first write. */
  | { readonly kind: 'take'; readonly method: string }
  | { readonly kind: 'evidence'; readonly evidence: BackupEvidence }
  /** A snapshot or dump that somebody else made, by its name. */
  | { readonly kind: 'external'; readonly reference: string }
  | { readonly kind: 'risk-accepted'; readonly reason: string };

/** Body of `approval.json`. */
export interface Approval {
  readonly plan: Hash;
  readonly rehearsal: Hash;
  readonly target: Pick<TargetRef, 'environment' | 'identity' | 'instance' | 'display'>;
  /** Exactly what was typed. */
  readonly typed: string;
  readonly actor: Actor;
  readonly accepted: readonly Acceptance[];
  readonly backup: BackupDecision;
  /** ISO 8601, UTC. */
  readonly approvedAt: string;
  readonly expiresAt: string;
  /** Unique: an approval is used once. */
  readonly nonce: string;
}
