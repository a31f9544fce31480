// The intent: code to target, in plain words. Pure.
import type { Strategy } from '../plan/model.ts';
import type { Detection } from '../sources/contract.ts';

/** Body of `intent.json`. */
export interface Intent {
  readonly task: string;
  readonly direction: 'code-to-database';
  readonly environment: string;
  readonly protected: boolean;
  readonly dialect: string;
  readonly display: string;
  readonly strategy: Strategy;
  readonly reason: string | null;
  readonly detection: Detection;
  /** Version of dbsync that made it. */
  readonly version: string;
}
