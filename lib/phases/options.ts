// What a caller (a command line, a gulpfile, a test) can ask of a phase. Pure.
import type { Surroundings } from '../approve/index.ts';
import type { Ui } from './ui.ts';

export interface AcceptOption {
  readonly code: string;
  readonly reason: string;
}

/** Options of all phases; each phase looks at those that concern it. */
export interface PhaseOptions {
  /** The environment; never a default. */
  readonly env?: string | undefined;
  /** The run's name: `dev/active/<task>/db`. */
  readonly task?: string | undefined;
  /** The configuration's file. */
  readonly config?: string | undefined;
  /** The source of truth, where a project has two. */
  readonly source?: string | undefined;
  /** `init`, `lint`: the schema that is meant, where the project has several. */
  readonly schema?: string | undefined;
  /** `init`, `lint`: the folder with its migrations, where they are not beside it. */
  readonly migrations?: string | undefined;
  readonly strategy?: 'migrate' | 'push' | undefined;
  /** Why push is chosen. */
  readonly reason?: string | undefined;
  /** Anything that asks for database -> code; always refused. */
  readonly direction?: string | undefined;
  /** The last migration to apply. */
  readonly to?: string | undefined;
  /** Leaves destructive migrations, and what comes after them, for a later run. */
  readonly holdBack?: boolean;
  /** Writes the migration that the declared schema lacks, and stops. */
  readonly createOnly?: boolean;
  /** The new migration's name, in words. */
  readonly name?: string | undefined;
  /** The environment's name, typed in full: the non-interactive confirmation. */
  readonly confirm?: string | undefined;
  /** Binds a confirmation to a plan that was already seen: its hash or the first digits of it. */
  readonly plan?: string | undefined;
  readonly accept?: readonly AcceptOption[];
  /** The name of a backup that somebody else made. */
  readonly backup?: string | undefined;
  /** Why no backup is needed although data can be lost. */
  readonly acceptRisk?: string | undefined;
  /** Whether another database than the remembered one is meant. */
  readonly acceptIdentity?: boolean;
  /** `recover`: what to do. */
  readonly resolve?: { readonly migration: string; readonly as: 'applied' | 'rolled-back' } | undefined;
  /** A torn migration to take up again: its name, or `<name>#<n>` with the statement that comes next. */
  readonly resume?: string | undefined;
  /** `recover`: the last migration that the database already has; `auto`: the last one that its schema proves. */
  readonly baseline?: string | undefined;
  /** `lint`: the database that the texts are for, where the project does not say. */
  readonly dialect?: string | undefined;
  /** `lint`: the server's version, such as `15.4`. */
  readonly serverVersion?: string | undefined;
  /** `lint`: the first migration that is judged. */
  readonly since?: string | undefined;
  /** `lint`: the files that are judged. */
  readonly files?: readonly string[] | undefined;
  /** `lint`: for whom the hazards are written. */
  readonly format?: 'text' | 'json' | 'sarif' | 'github' | undefined;
}

/** The world outside: gathered once, at the door. */
export interface World {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly surroundings: Surroundings;
  readonly ui: Ui;
  readonly now: () => Date;
  /** Aborted when the run is asked to stop. */
  readonly signal: AbortSignal;
  /** Absolute folder for temporary files. */
  readonly temporary: string;
  /** Writes the commands in a text as the reader can type them. */
  readonly command: (text: string) => string;
}
