// Whether the database is the one that this environment always was. Pure.
import type { Verdict } from '../dialects/contract.ts';

export interface KnownIdentity {
  readonly identity: string;
  /** Where it is remembered: the configuration, or an earlier run. */
  readonly from: string;
}

/** What lets another identity pass. */
export interface Leniency {
  /** `--accept-identity`. */
  readonly accepted: boolean;
  /** The environment may be created by dbsync, the database is empty, and the configuration pins no identity. */
  readonly madeAnew: boolean;
}

/** Compares what the server says with what is remembered; both are named where they differ. */
export const judgeIdentity = (
  found: string,
  known: KnownIdentity | null,
  { accepted, madeAnew }: Leniency,
): Verdict => {
  if (!known)
    return { status: 'ok', message: `${found}, seen for the first time and remembered from now on` };
  if (known.identity === found) return { status: 'ok', message: `${found}, as remembered by ${known.from}` };
  const both = `is ${found}; ${known.from} remembers ${known.identity}`;
  if (accepted) return { status: 'warning', message: `${both}; accepted with --accept-identity` };
  // An empty database holds nothing that a change meant for another one could hurt.
  if (madeAnew)
    return {
      status: 'warning',
      message: `${both}; it is empty, and this environment may be made anew: remembered from now on`,
    };
  return {
    status: 'failed',
    code: 'IDENTITY_CHANGED',
    message: both,
    remedy: [
      'Check that the URL points where you mean: this is how a change meant for one database lands in another.',
      'If the database was moved or made anew on purpose, pass --accept-identity once.',
    ],
  };
};
