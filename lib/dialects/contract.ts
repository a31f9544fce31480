// The contract between dbsync and a database. A dialect states facts and answers questions; it never drives a run.
// To write one: make a folder with the same file names as its siblings, export one `Dialect` from `index.ts`, add one line
// to `registry.ts`; tests/conformance then tests it without being told. Quote every identifier (names from a live database
// are hostile input), bind every value, and turn every driver error that a user can cause into a DbsyncError with a code.
import type { Hazard, RiskInput } from '../risk/index.ts';
import type { Change, Snapshot, Subject, Value } from '../schema/index.ts';
import type { ScanRules, Statement } from '../sql/index.ts';
import type { Secret, Timeouts } from '../target/index.ts';
import type { Check } from './checking.ts';
import type { Effects } from './effects.ts';
import type { HeldLock, LockOptions } from './locking.ts';
import type { Offline } from './offline.ts';
import type { Address, ConnectOptions, Identity, Session } from './session.ts';
import type { Adaptation, BringingStatement, StatementFacts } from './statements.ts';

export type { Check, CheckContext, Verdict } from './checking.ts';
export type { PaceQuestions, Portion, TableEffect, Watch, Watched } from './effects.ts';
export type { HeldLock, LockOptions, ToolLock } from './locking.ts';
export type { AssumedServer, Offline } from './offline.ts';
export type { Address, ConnectOptions, Identity, RawResult, Row, Session } from './session.ts';
export type { Adaptation, BringingStatement, StatementFacts } from './statements.ts';

/** Facts that hold for every server of the dialect. */
export interface DialectFacts {
  /** DDL can be rolled back. */
  readonly transactionalDdl: boolean;
  /** Longest identifier, in bytes. Null: no limit that matters. */
  readonly identifierLimit: number | null;
  /** Objects live in namespaces within a database. */
  readonly namespaces: boolean;
  /** The runner lock keeps every other writer out, so that row counts under it are comparable. Default: false. */
  readonly lockExcludesWriters?: boolean;
  /** The placeholder of the nth bound value, counted from 1. */
  readonly placeholder: (position: number) => string;
}

/** An object pattern: exact names, or `*` within them. */
export interface ObjectPattern {
  readonly kind?: string;
  readonly namespace?: string | null;
  readonly name: string;
}

export interface InspectOptions {
  /** Left out of the snapshot: the ledger's tables, and what the configuration says is not ours. */
  readonly ignore: readonly ObjectPattern[];
  /** Whose objects count as the inspecting role's own, where a dialect tells them apart. Default: the session's role. */
  readonly role?: string;
}

/** Statements of one migration that the engine does or does not do as a whole. */
export interface Batch {
  readonly transactional: boolean;
  readonly statements: readonly Statement[];
  /** Dialect settings for `begin`, such as foreign keys off. Plain JSON: it is part of the plan. */
  readonly settings: Readonly<Record<string, Value>>;
  /** Why it is so, for the atomicity forecast. */
  readonly because: string;
}

export interface TableSize {
  readonly namespace: string | null;
  readonly name: string;
  readonly rows: number;
  /** False: the engine's estimate. */
  readonly exact: boolean;
  /** Why a count that was tried came to nothing, in the engine's words; absent where none was tried, as the table is large. */
  readonly notCounted?: string;
  /** With its indexes and whatever else belongs to it. */
  readonly bytes: number | null;
  /** Of the rows alone, which is what reading all of them reads; absent where it is not told apart. */
  readonly dataBytes?: number;
}

/** Something that is wrong with the data or the schema as it stands. */
export interface HealthFinding {
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
  /** How many rows or objects. */
  readonly count: number;
  /** The snapshot says it too: where the schema is as predicted, so was this. */
  readonly inSnapshot?: true;
}

/** What a shadow database shall hold. */
export type ShadowContent =
  /** Nothing: the history is replayed into it. */
  | 'empty'
  /** What the target holds: structure always, data where the dialect can copy it. */
  | 'copy';

export interface ShadowRequest {
  readonly content: ShadowContent;
  /** The target, by a read-only session; null where it does not exist yet. */
  readonly target: Session | null;
  readonly address: Address;
  readonly identity: Identity | null;
  readonly timeouts: Timeouts;
  /** A database that the configuration offers for the purpose; guarded against being the target or holding anything. */
  readonly shadowUrl?: Secret;
  /** Whether a scratch database may be made on the target's own server. */
  readonly scratch?: boolean;
  /** Statements may act outside of the shadow: the engine's own walls against it stay down. Default: they may not. */
  readonly reachesOut?: boolean;
  /** An absolute folder for temporary files. */
  readonly folder: string;
  /** An absolute folder of the project, whose own packages a dialect may use. Default: those beside dbsync only. */
  readonly root?: string;
}

/** A database that dbsync made, of its own name, and will drop. */
export interface Shadow {
  readonly address: Address;
  /** `a copy of the file with its data`, `a private PostgreSQL 15.18 server`. */
  readonly description: string;
  readonly holdsData: boolean;
  /** What is less certain because of the choice (version, extensions, locks); empty where nothing is. */
  readonly caveats: readonly string[];
  drop(): Promise<void>;
}

export interface BackupRequest {
  readonly session: Session;
  readonly identity: Identity;
  /** Absolute folder that the backup goes into. */
  readonly folder: string;
  readonly name: string;
  readonly timeouts: Timeouts;
}

/** A backup that was taken and looked at. */
export interface BackupEvidence {
  readonly method: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What was verified: integrity, same fingerprint, same row counts. */
  readonly verified: readonly string[];
  /** The command or steps that bring it back. */
  readonly restore: string;
}

/** A driver's error, read. */
export interface EngineError {
  readonly message: string;
  /** SQLSTATE, errno name: the engine's own code. */
  readonly code: string | null;
  /** Offset of the error in the statement's text, in characters from 0. */
  readonly position: number | null;
  /** A lock or busy timeout: nothing was done by this statement. */
  readonly lockTimeout: boolean;
  /** The connection is gone: what the server did with the last statement is unknown. */
  readonly connectionLost: boolean;
  /** A part that is installed beside the server, such as an extension, is not there; another server may have it. */
  readonly missingPart?: boolean;
  /** What it would have reached outside of a shadow database, in words, where the engine itself was told to refuse that. */
  readonly outside?: string;
}

export interface Dialect extends Effects {
  /** As in the configuration: the folder's name. */
  readonly name: string;
  readonly title: string;
  /** URL schemes, without the colon; the first is what dbsync writes. */
  readonly urlSchemes: readonly string[];
  readonly facts: DialectFacts;
  readonly scan: ScanRules;
  /** Loads what takes long to load and only the analysis of statements needs: `classify`, `batches`, `hazards`, `offline`. */
  prepare?(): Promise<void>;

  /** Parses a URL. Relative files are resolved from `root`. Throws URL_INVALID, URL_PROVIDER_MISMATCH. */
  address(url: Secret, root: string): Address;
  /** Whether the database is there, without creating or changing anything. Throws CONNECT_* where that cannot be told. */
  exists(address: Address, timeouts: Timeouts): Promise<boolean>;
  /** Creates the empty database. Only ever called where the configuration allows it and a person approved. */
  create(address: Address, timeouts: Timeouts): Promise<void>;
  /** Throws CONNECT_*, DATABASE_MISSING, DATABASE_UNUSABLE, DRIVER_MISSING; in bounded time. */
  connect(address: Address, options: ConnectOptions): Promise<Session>;
  identify(session: Session): Promise<Identity>;
  /** The server of a database that is yet to be created: what its shadow is to be like. Left out where a database has none. */
  identifyServer?(address: Address, timeouts: Timeouts): Promise<Identity>;
  /** The same file or database, whatever the two URLs look like. */
  same(a: Identity, b: Identity): boolean;

  inspect(session: Session, options: InspectOptions): Promise<Snapshot>;
  /** An identifier, quoted. */
  quote(name: string): string;
  /** A name that is not quoted, as the engine compares it. Default: letter case does not matter. */
  fold?(name: string): string;

  /** The preflight checks that only this database needs; shown in one list with the shared ones. */
  readonly checks: readonly Check[];
  /** Rows and bytes of the named tables; never longer than the probe timeout for each. */
  measure(
    session: Session,
    tables: readonly Pick<Subject, 'namespace' | 'name'>[],
  ): Promise<readonly TableSize[]>;
  /**
   * What a question of the analysis would run besides computing, such as a function that may write: it is then not asked. The session only
   * reads. Absent where no expression of a schema can run such a thing.
   */
  sideEffects?(session: Session, question: string): Promise<readonly string[]>;
  /** What is wrong now: orphans, broken or unvalidated objects, leftovers. */
  health(session: Session): Promise<readonly HealthFinding[]>;

  classify(statement: Statement): StatementFacts;
  /**
   * A part of every text of which `classify` says that it reaches outside, whatever the case: a regular expression that JavaScript and
   * Python read alike. Absent where no text does.
   */
  readonly outsideHint?: string;
  /**
   * Throws where a statement for a shared shadow could act on another database of its server. The dialect's own sessions ask it by
   * themselves; a tool that connects by itself is asked for. Absent where no statement can. Throws REACHES_OUTSIDE, SHADOW_IS_TARGET.
   */
  refuseBeyond?(address: Address, sql: string): void;
  /** Groups a migration's statements into what the engine does as a whole. Pure. */
  batches(statements: readonly Statement[]): readonly Batch[];
  /** Every hazard of this database that the change and the statements show. Pure; the process hazards are shared. */
  hazards(input: RiskInput): readonly Hazard[];

  /** Absent where texts cannot be analysed without a database. */
  readonly offline?: Offline;

  /** SQL that undoes one change without loss, or null where there is none. Pure. */
  undo?(change: Change): string | null;

  /**
   * SQL that brings one schema to the other, in an order that the engine accepts. Throws SCHEMA_UNRENDERABLE with the name of what it
   * has no words for. Absent where every source says that SQL by itself. Pure.
   */
  bring?(from: Snapshot, to: Snapshot): readonly BringingStatement[];

  /** Holds the runner lock around `work`. The lock is gone when the process is. Throws LOCK_HELD with the holder. */
  withLock<T>(session: Session, options: LockOptions, work: (lock: HeldLock) => Promise<T>): Promise<T>;
  /**
   * Under the runner lock: lets another process of this run at the database while `work` goes on, where the lock would keep it
   * out. The session itself is not used meanwhile. Absent where the lock keeps nobody out but other runners.
   */
  lend?(session: Session, options: LockOptions, work: () => Promise<void>): Promise<void>;
  begin(session: Session, batch: Batch): Promise<void>;
  /** Commits after the dialect's own last checks (orphans that the batch made); throws and leaves the rollback to the caller. */
  commit(session: Session, batch: Batch): Promise<void>;
  rollback(session: Session, batch: Batch): Promise<void>;
  explain(error: unknown): EngineError;
  /** What the database knows of a failure and the error does not say, in whole sentences; null where there is nothing. It only reads. */
  diagnose?(session: Session, error: unknown): Promise<string | null>;
  /** Offers other words for a statement that failed before it did anything; null where there are none. */
  adapt(session: Session, statement: string, error: unknown): Promise<Adaptation | null>;

  /** Makes a shadow database. Throws SHADOW_UNAVAILABLE, SHADOW_IS_TARGET. */
  createShadow(request: ShadowRequest): Promise<Shadow>;
  /**
   * Starts what a next shadow needs and what takes long, as soon as it is known what the target is, and returns at once. For a
   * caller who will surely make a shadow; what is wrong with it, `createShadow` says. `close` ends it.
   */
  warmShadow?(request: Promise<Pick<ShadowRequest, 'timeouts' | 'identity'>>): void;
  /** Ends what a run keeps from one shadow to the next, such as a private server; shadows in use are not touched. */
  close?(): Promise<void>;
  /** Takes a backup and verifies it. Throws BACKUP_FAILED, BACKUP_TOOL_MISSING. */
  backup(request: BackupRequest): Promise<BackupEvidence>;
  /**
   * Brings a backup of `backup` into an empty database that dbsync made, as proof that it can be. Absent where taking the backup
   * proves that already. Throws BACKUP_FAILED, BACKUP_TOOL_MISSING.
   */
  restore?(file: string, into: Session, identity: Identity): Promise<void>;
}
