// The types of dbsync.config.ts, and `defineConfig`. Imports nothing that takes time to load.

/** What to do about a hazard code in an environment. */
export type PolicyRule = 'allow' | 'deny' | { readonly accept: string };

export interface EnvironmentConfig {
  /** The kind of database; checked against the URL. See reference/dialects. */
  readonly database: string;
  /** The variable that holds the URL, in the environment or in `.env`. Default: `DATABASE_URL`. */
  readonly urlVariable?: string;
  /** A URL in place of a variable; only where it carries no credentials (a local file). */
  readonly url?: string;
  /** Whether a mistake here costs data. Protected environments demand a person's approval at a terminal. */
  readonly protected: boolean;
  /** Whether dbsync may create the database when it is missing. Unprotected environments only. */
  readonly create?: boolean;
  /** The identity that the server must have, as `status` prints it. Without it, the first run's is remembered. */
  readonly identity?: string;
  readonly timeouts?: {
    readonly connectMs?: number;
    readonly lockMs?: number;
    readonly statementMs?: number;
    readonly runnerLockMs?: number;
    readonly probeMs?: number;
  };
  readonly shadow?: {
    /** A variable with the URL of an empty database for rehearsals. */
    readonly urlVariable?: string;
    /** Whether a scratch database may be made on the target's own server. */
    readonly scratch?: boolean;
  };
  readonly backup?: {
    /** Whether dbsync takes a backup before a destructive plan. Default: true where the dialect can. */
    readonly take?: boolean;
    /** Whether it is restored on a private shadow database, and compared, before it counts. Default: false. */
    readonly restore?: boolean;
    /** Where it goes, relative to the project root. Default: the run folder's `backups/`. */
    readonly folder?: string;
  };
  /** Decisions by hazard code; see reference/hazards.md. */
  readonly policy?: Readonly<Record<string, PolicyRule>>;
  /** Whether `-- dbsync:accept <code> <reason>` in a migration counts here. Default: only where unprotected. */
  readonly inlineAcceptance?: boolean;
  /** Whether push may be chosen here. Default: only where unprotected. */
  readonly allowPush?: boolean;
  /** Who sends the migrations: dbsync, or the project's own migration tool under dbsync's eyes. Default: `dbsync`. */
  readonly executor?: 'dbsync' | 'tool';
  /** How long an approval is good for. Default: 60. */
  readonly approvalMinutes?: number;
}

export interface DbsyncConfig {
  /** The folder of the project whose code declares the schema, relative to this file. Default: this file's folder. */
  readonly project?: string;
  /** The source of truth, where a project has two: see reference/sources. */
  readonly source?: string;
  /** The file or folder that declares the schema, where a project has several; relative to `project`. */
  readonly schema?: string;
  /** The folder with its migrations, where they are not beside it; relative to `project`. */
  readonly migrations?: string;
  /** Default: `migrate`. Push is chosen on the command line, with a reason. */
  readonly strategy?: 'migrate' | 'push';
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  /** Objects that are not ours: `name`, `kind:name` or `kind:namespace.name`, with `*` for any text. */
  readonly ignore?: readonly string[];
  /** What a migration tool that runs outside of this process needs; see reference/sources. */
  readonly tool?: {
    /** The command of the project's own interpreter. Default: found in the project and its environment. */
    readonly interpreter?: readonly string[];
    /** Further variables through which the project's code learns the database's URL. */
    readonly urlVariables?: readonly string[];
    /** Which of several configurations in the tool's own file. */
    readonly section?: string;
    /** Which head is wanted, where the history has several. */
    readonly head?: string;
  };
  /** A command of the project (its build or tests) that must succeed after the change. Run without a shell, in the project folder. */
  readonly compatibility?: { readonly command: readonly string[]; readonly timeoutMs?: number };
}

/** Gives the configuration its type; returns it as it is. */
export const defineConfig = (config: DbsyncConfig): DbsyncConfig => config;
