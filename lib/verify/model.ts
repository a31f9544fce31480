// The proof: predicted against actual, the tool's own word, health, rows, the project's own check. Pure.
import type { HealthFinding } from '../dialects/contract.ts';
import type { Diff, Hash } from '../schema/index.ts';
import type { ToolVerdict } from '../sources/contract.ts';

export interface RowChange {
  readonly table: string;
  readonly before: number | null;
  readonly after: number | null;
  /** Whether the plan touches the table. */
  readonly touched: boolean;
  readonly exact: boolean;
}

export interface Compatibility {
  readonly command: readonly string[];
  readonly exitCode: number | null;
  readonly durationMs: number;
  /** The last lines of its output, redacted. */
  readonly tail: readonly string[];
}

/** Body of `verification.json`, shown as `04-post-verify.md`. */
export interface Verification {
  readonly execution: Hash | null;
  readonly predicted: Hash;
  readonly actual: Hash;
  /** Predicted against actual: what is not as promised. */
  readonly remaining: Diff;
  readonly ledger: { readonly complete: boolean; readonly messages: readonly string[] };
  readonly tool: ToolVerdict;
  /** The plan recorded drift, or could not tell it, and left it alone, or objects are ignored: the tool sees them too, and is right. */
  readonly driftKnown: boolean;
  readonly health: readonly HealthFinding[];
  readonly rows: readonly RowChange[];
  readonly compatibility: Compatibility | null;
  /** SSOT upkeep: files not committed together, the way back from push to migrations. */
  readonly upkeep: readonly string[];
  readonly outcome: 'proven' | 'mismatch';
  readonly reasons: readonly string[];
}
