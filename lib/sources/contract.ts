// The contract between dbsync and a migration tool. A source reads the project's files, says what the ledger means and how its
// rows are written; it never opens a connection on its own initiative and reaches only the database that dbsync names.
import type { Address, Dialect, ObjectPattern, Session, ToolLock } from '../dialects/contract.ts';
import type { Hash } from '../schema/index.ts';
import type { Redact, Secret, Timeouts } from '../target/index.ts';
import type { Coverage, Forgotten, Memory } from './memory.ts';
import type { ToolRunner } from './running.ts';

export type { Coverage, Forgotten, Memory } from './memory.ts';
export type { RunHooks, SentOutcome, SentStatement, ToolRunner } from './running.ts';

/** How the tool's project was recognised. Plain JSON. */
export interface Detection {
  readonly source: string;
  /** Absolute folder of the tool's project (where its commands are run). */
  readonly root: string;
  /** What was found, for people: `prisma/schema.prisma`. */
  readonly evidence: readonly string[];
  /** The file that declares the schema, relative to `root`. */
  readonly schema: string;
  /** The folder with migrations, relative to `root`. */
  readonly migrations: string;
  /** The tool's version, as far as the project's files tell. */
  readonly version: string | null;
  /** The database that the project's files name, in dbsync's word; null where they do not. */
  readonly dialect: string | null;
  /** The tool's own configuration file, relative to `root`, where it has one. */
  readonly config?: string;
}

/** What the configuration says where a project's files leave it open; paths are relative to the folder looked into. */
export type Stated = Partial<Pick<Detection, 'schema' | 'migrations'>>;

/** One versioned change of the project's history. */
export interface Migration {
  /** The name in the ledger. */
  readonly id: string;
  /** Relative to the project's root, for people. */
  readonly file: string;
  /** Null: the tool must run it, its SQL is known only after it ran on a shadow database. */
  readonly sql: string | null;
  readonly checksum: string;
  /** What its author says it does, in one line. */
  readonly title?: string;
}

/** One row of the tool's ledger. */
export interface LedgerEntry {
  readonly id: string;
  readonly checksum: string | null;
  readonly state: 'applied' | 'failed' | 'rolled-back';
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** The tool's own note on a failure. */
  readonly logs: string | null;
}

/** One thing that is wrong or remarkable with the ledger or the files. */
export interface LedgerProblem {
  /** An id of the hazard catalogue (`x-edited-migration`). */
  readonly code: string;
  /** `blocking`: no plan can be made until it is mended. `warning`: shown, and accepted as a hazard. */
  readonly weight: 'blocking' | 'warning';
  readonly migration: string | null;
  readonly message: string;
  readonly remedy: readonly string[];
  /** The migration was begun and not finished: a plan that takes it up again does not stumble over it. */
  readonly torn?: boolean;
}

/** The ledger and the files held against each other; every problem at once. */
export interface LedgerReport {
  /** Whether the ledger table exists. */
  readonly exists: boolean;
  readonly entries: readonly LedgerEntry[];
  /** Ids in the order they were applied, that count as applied. */
  readonly applied: readonly string[];
  /** Ids in the order they will be applied. */
  readonly pending: readonly string[];
  readonly problems: readonly LedgerProblem[];
  /** Hash of the ledger's rows: equal exactly while nobody else wrote to it. */
  readonly state: Hash;
}

/** Writes the ledger as the tool would, on the session (and in the transaction) that applies the migration. */
export interface LedgerWriter {
  /** Creates the ledger where it is missing. */
  ensure(session: Session): Promise<void>;
  /** Before the first statement. Returns the row's id. */
  started(session: Session, migration: Migration, at: Date): Promise<string>;
  /**
   * In place of `started`, for a migration that is taken up again: its open row, now with the checksum of the text that completes
   * it and a word on where it goes on; a new row where none is open (a shadow database). Absent where the ledger has no such rows.
   */
  resumed?(session: Session, migration: Migration, resumed: { at: Date; note: string }): Promise<string>;
  finished(session: Session, rowId: string, at: Date): Promise<void>;
  /** The tool's way of recording a failure that left something behind. */
  failed(session: Session, rowId: string, logs: string): Promise<void>;
  /** Marks a failed row as rolled back. */
  rolledBack(session: Session, migrationId: string, at: Date): Promise<void>;
  /** Marks a migration as applied without running it (baseline, resolve); only ever called with proof. */
  applied(session: Session, migration: Migration, at: Date): Promise<void>;
}

export interface Ledger {
  /** Its tables: left out of every snapshot. */
  readonly objects: readonly ObjectPattern[];
  /**
   * Reads and judges. Whether the target has objects makes a difference only where the ledger has no entry. Throws
   * LEDGER_UNREADABLE where the table is there but cannot be read.
   */
  read(session: Session | null, context: { readonly targetHasObjects: boolean }): Promise<LedgerReport>;
  readonly writer: LedgerWriter;
  readonly toolLock: ToolLock | null;
}

/** What the official tool says of a database. */
export interface ToolVerdict {
  /** Which tool, version and way of asking: `Prisma schema engine 8.1.0 in process`. */
  readonly by: string;
  readonly status: 'agrees' | 'disagrees' | 'unavailable';
  /** What the tool objects to: the ledger against the files, the database's schema against the declared one. Empty unless it disagrees. */
  readonly against: readonly ('history' | 'schema')[];
  readonly messages: readonly string[];
}

/** What the surroundings and the configuration offer to a tool that runs outside of this process. */
export interface ToolSettings {
  /** The environment for children. Values that carry the database's secrets are taken out before a child starts. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The command of the project's own interpreter, as in the configuration. */
  readonly interpreter?: readonly string[];
  /** Further variables through which the project's code learns the database's URL. */
  readonly urlVariables?: readonly string[];
  /** Which of several configurations in one file. */
  readonly section?: string;
  /** Which head is wanted, where the history has several: a revision, `branch@head` or `heads`. */
  readonly head?: string;
}

/** What a source needs of the world, for one database. */
export interface SourceContext {
  readonly dialect: Dialect;
  readonly timeouts: Timeouts;
  readonly redact: Redact;
  /** Runs `work` with an empty shadow database of the target's kind; where `like` is given, with its server's version and settings. */
  readonly withEmptyShadow: <T>(work: (session: Session) => Promise<T>, like?: Session | null) => Promise<T>;
  readonly tool?: ToolSettings;
  /** Who sends migrations of SQL text: dbsync, or the project's own tool, which is then the `runner`. */
  readonly executor?: 'dbsync' | 'tool';
  /** Absolute folder for temporary files. */
  readonly temporary?: string;
  /** For a caller who makes a plan. */
  readonly planning?: {
    /** What earlier runs remember, newest first. */
    readonly earlier: Iterable<Memory>;
    readonly now: () => Date;
    /** Starts what a shadow database will need; for a source that finds that there will be one. */
    readonly warmShadow: () => void;
    /** Looks at the target by a connection of its own, ahead of every phase; without a session where there is no database yet. */
    readonly look: (work: (session: Session | null) => Promise<void>) => Promise<void>;
  };
}

/** The SQL that brings a database to the declared schema without migrations. */
export interface PushPreview {
  readonly sql: string;
  /** Data-loss warnings in the tool's words. */
  readonly warnings: readonly string[];
  /** Steps that the tool refuses to run on this data. */
  readonly unexecutable: readonly string[];
}

/** SQL that the tool can say in advance; null with the reason where it cannot. */
export interface MigrationPreview {
  readonly sql: string | null;
  readonly why: string | null;
}

/** Begins a line of `uncovered` that names an object which stays: the tool would drop it, as the schema cannot or does not say it. */
export const KEPT_MARK = '-- kept: ';

/** Whether the declared schema needs nothing beyond the migrations: at most lines of `KEPT_MARK`. */
export const isCovered = (uncovered: string): boolean =>
  uncovered.split('\n').every((line) => line.trim() === '' || line.startsWith(KEPT_MARK));

/** One project, opened for one database. */
export interface Project {
  readonly detection: Detection;
  /** For people and artifacts: `Prisma 7.10.1`. */
  readonly title: string;
  /** In order of application. */
  readonly migrations: readonly Migration[];
  /** Hash over every migration's id and text: equal exactly while the files are. */
  readonly filesHash: Hash;
  readonly ledger: Ledger;
  readonly runner: ToolRunner | null;
  /** How a file of SQL text is to be sent so that the tool's own habits hold (facts for the atomicity forecast). */
  readonly notes: readonly string[];
  /**
   * Learns what it needs a shadow database for, while the caller holds none: before `uncovered`, `push` and `createOnly`. What is
   * wrong is said by these. `like` is the target; null where it does not exist yet.
   */
  prepare?(like: Session | null): Promise<void>;
  /**
   * Whether the declared schema is ahead of the migrations: the SQL that is missing, `''` where nothing is, null where it
   * cannot be told; objects that the migrations made by hand and the schema does not declare stand as lines of `KEPT_MARK`.
   * The session is on a shadow database that has the whole history applied, and that may be written to.
   */
  uncovered(replayed: Session): Promise<string | null>;
  /** Whether `uncovered` only reads its session and runs no code of the project there, so that it may be asked on the target. */
  readonly uncoveredOnTarget?: boolean;
  /** Whether it writes to the shadow, which then holds another schema than the history leads to. Default: it only asks. */
  readonly uncoveredWrites?: boolean;
  /**
   * Hash over everything besides the database that the answer of `uncovered` depends on: the declared schema, and who compares it.
   * Equal exactly while these are; absent where it cannot be told without asking (code of the project declares the schema).
   */
  readonly uncoveredOf?: Hash;
  /**
   * Of a source that runs the project's code: what the code said until now, once the whole history was replayed and `uncovered`
   * asked. A later `open` gets it as `earlier`.
   */
  remember?(coverage: Coverage): Promise<Memory | Forgotten>;
  /** The memory that the project was opened from, in place of asking its code; with what `uncovered` answered then. */
  readonly recalled?: { readonly memory: Memory; readonly coverage: Coverage };
  /**
   * The SQL that push would run on the database behind the session, a copy that may be written to. Throws PUSH_REFUSED where the
   * source has no push, SCHEMA_UNRENDERABLE where the declared schema cannot be said in SQL.
   */
  push(session: Session): Promise<PushPreview>;
  /** Asks the official tool whether it agrees: history clean, nothing pending, no drift that it can see. */
  verdict(session: Session): Promise<ToolVerdict>;
  /** The tool's own text of the pending migrations without running them, as far as that is possible; never complete proof. */
  preview?(report: LedgerReport): Promise<MigrationPreview>;
  /** The SQL of migrations in code, by id, as the tool writes it without a database; those that need one are not in it. */
  texts?(): Promise<ReadonlyMap<string, string>>;
  /**
   * Writes a new migration from the difference between the declared schema and the database, and runs nothing. The session is
   * on a database that has the whole history applied. The caller decides whether the environment allows it. Relative files.
   */
  createOnly?(replayed: Session, title: string, at: Date): Promise<readonly string[]>;
  /** Starts what takes long to start, for a caller who knows that it will be needed. */
  warm?(): void;
  /** Ends workers and children. */
  close(): Promise<void>;
}

/** What is needed to start the tool's own command line on one environment's database. */
export interface ToolCommandInput {
  readonly detection: Detection;
  /** What the configuration says of the project's files; the tool is told of what it would not find by itself. */
  readonly stated: Stated;
  readonly dialect: Dialect;
  readonly address: Address;
  readonly url: Secret;
  /** The variable that the configuration reads the URL from. */
  readonly urlVariable: string | null;
  readonly environment: string;
  readonly isProtected: boolean;
  /** The tool's own arguments. */
  readonly args: readonly string[];
  /** The variables around. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** A process to start; its variables hold the URL. */
export interface ToolCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export interface Source {
  readonly name: string;
  readonly title: string;
  /** Reads files only. Null where the project is not one of this tool. Throws SOURCE_UNSUPPORTED, SOURCE_INVALID. */
  detect(root: string, stated?: Stated): Promise<Detection | null>;
  /** Reads the project's history for one database. Throws SOURCE_INVALID, URL_PROVIDER_MISMATCH. */
  open(detection: Detection, context: SourceContext): Promise<Project>;
  /**
   * The project's own command line of the tool, so that it reaches that database and downloads nothing. Throws
   * SOURCE_TOOL_MISSING, APPROVAL_REQUIRED (a protected environment is only looked at).
   */
  command?(input: ToolCommandInput): Promise<ToolCommand>;
}
