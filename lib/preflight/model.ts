// What preflight found: one result for each check. Pure.
import type { Verdict } from '../dialects/contract.ts';
import type { TargetRef } from '../target/index.ts';

export interface CheckResult extends Verdict {
  readonly id: string;
  readonly title: string;
  readonly durationMs: number;
}

/** Body of `connection_check.json`, shown as `00-connection-check.md`. */
export interface ConnectionCheck {
  /** Null where the database could not be reached or does not exist yet. */
  readonly target: TargetRef | null;
  /** The target as configured, for people. */
  readonly display: string;
  readonly environment: string;
  readonly urlVariable: string | null;
  readonly urlOrigin: 'environment' | '.env' | 'config';
  readonly checks: readonly CheckResult[];
  readonly outcome: 'passed' | 'passed-with-warnings' | 'failed';
}
