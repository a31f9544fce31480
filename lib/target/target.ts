// The target: one environment's database, named without secrets. Knows no driver and no dialect.
import type { Secret } from './secret.ts';

export interface Timeouts {
  /** How long reaching the server may take. */
  readonly connectMs: number;
  /** How long a statement may wait for a lock before it gives up. */
  readonly lockMs: number;
  /** How long one statement may run; 0 means no limit. */
  readonly statementMs: number;
  /** How long to wait for another dbsync or the migration tool to finish. */
  readonly runnerLockMs: number;
  /** How long one probe or preflight question may take. */
  readonly probeMs: number;
}

/** An environment after its configuration was resolved: everything needed to reach the database. */
export interface Target {
  readonly environment: string;
  /** A protected environment is one where a mistake costs data (production, staging with real data). */
  readonly protected: boolean;
  /** The dialect's name, as stated in the configuration and checked against the URL. */
  readonly dialect: string;
  readonly url: Secret;
  /** The variable that supplied the URL, and from where; null for a literal file in the configuration. */
  readonly urlVariable: string | null;
  readonly urlOrigin: 'environment' | '.env' | 'config';
  /** Whether dbsync may create the database when it is missing. */
  readonly create: boolean;
  /** Absolute folder that relative database files are resolved from. */
  readonly root: string;
  readonly timeouts: Timeouts;
}

/** What artifacts say of a target: never a secret. */
export interface TargetRef {
  readonly environment: string;
  readonly protected: boolean;
  readonly dialect: string;
  readonly product: string;
  readonly version: string;
  /** For people: host, port, database and role, or an absolute file. */
  readonly display: string;
  /** Which database this is, as the server itself says; remembered per environment and compared ever after. */
  readonly identity: string;
  /** Which incarnation of it: changes when the database is dropped and made anew. `absent` before it exists. */
  readonly instance: string;
  readonly urlVariable: string | null;
}
