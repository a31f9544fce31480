// Whether the database is the one that this environment always was. Pure.
import type { Verdict } from '../dialects/contract.ts';

export interface KnownIdentity {
  readonly identity: string;
  /** Where it is remembered: the configuration, or an earlier run. */
  readonly from: string;
}

/** Compares what the server says with what is remembered; both are named where they differ. */
export const judgeIdentity = (found: string, known: KnownIdentity | null, accepted: boolean): Verdict => {
  if (!known)
    return { status: 'ok', message: `${found}, seen for the first time and remembered from now on` };
  if (known.identity === found) return { status: 'ok', message: `${found}, as remembered by ${known.from}` };
  const both = `is ${found}; ${known.from} remembers ${known.identity}`;
  if (accepted) return { status: 'warning', message: `${both}; accepted with --accept-identity` };
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
