// What a phase returns: the exit code, and the same facts for a person and a program.
import type { ExitCode } from '../errors/index.ts';

export interface Outcome {
  readonly exitCode: ExitCode;
  /** Which summary a person sees. */
  readonly kind: string;
  /** Whether the database differs from what the code declares; `--exit-code` makes it exit code 2. */
  readonly changes?: boolean;
  /** Everything, as `--json` prints it. */
  readonly data: unknown;
}
