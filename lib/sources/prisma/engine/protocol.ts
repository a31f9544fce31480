// What passes between the main thread and the engine's worker: plain, cloneable data. Knows no database and no driver.
import type {
  ApplyMigrationsInput,
  ApplyMigrationsOutput,
  CreateMigrationInput,
  CreateMigrationOutput,
  DevDiagnosticInput,
  DevDiagnosticOutput,
  DiagnoseMigrationHistoryInput,
  DiagnoseMigrationHistoryOutput,
  DiffParams,
  DiffResult,
  EvaluateDataLossInput,
  EvaluateDataLossOutput,
  IntrospectParams,
  IntrospectResult,
  MarkMigrationAppliedInput,
  MarkMigrationAppliedOutput,
  MarkMigrationRolledBackInput,
  MarkMigrationRolledBackOutput,
  MigrationList,
  ResetInput,
  SchemaPushInput,
  SchemaPushOutput,
  SchemasContainer,
} from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { RawResult } from '../../../dialects/contract.ts';
import type { EngineFlavour } from '../providers.ts';

export type { DiagnoseMigrationHistoryOutput, MigrationList, SchemasContainer };

/** The line of engine builds: `six` demands a url in the datasource block, `current` rejects it. */
export type EngineLine = 'six' | 'current';

/**
 * What becomes of a write on the main database: `refuse` fails the call, `record` collects its text and does nothing, `allow`
 * passes it on (the bridge and tests: dbsync's own executor writes by itself).
 */
export type Writes = 'refuse' | 'record' | 'allow';

/** The calls that dbsync makes, with every member that the engine demands: a missing one kills the process. */
export interface EngineCalls {
  readonly diff: { readonly params: DiffParams; readonly result: DiffResult };
  readonly diagnoseMigrationHistory: {
    readonly params: DiagnoseMigrationHistoryInput;
    readonly result: DiagnoseMigrationHistoryOutput;
  };
  readonly schemaPush: { readonly params: SchemaPushInput; readonly result: SchemaPushOutput };
  readonly applyMigrations: { readonly params: ApplyMigrationsInput; readonly result: ApplyMigrationsOutput };
  /** The following are asked by Prisma's own command line, through the bridge. */
  readonly createMigration: { readonly params: CreateMigrationInput; readonly result: CreateMigrationOutput };
  readonly devDiagnostic: { readonly params: DevDiagnosticInput; readonly result: DevDiagnosticOutput };
  readonly evaluateDataLoss: {
    readonly params: EvaluateDataLossInput;
    readonly result: EvaluateDataLossOutput;
  };
  readonly introspect: { readonly params: IntrospectParams; readonly result: IntrospectResult };
  readonly markMigrationApplied: {
    readonly params: MarkMigrationAppliedInput;
    readonly result: MarkMigrationAppliedOutput;
  };
  readonly markMigrationRolledBack: {
    readonly params: MarkMigrationRolledBackInput;
    readonly result: MarkMigrationRolledBackOutput;
  };
  readonly reset: { readonly params: ResetInput; readonly result: null };
  readonly version: { readonly params: null; readonly result: string };
  /** The engine's own way of dying, for tests. */
  readonly debugPanic: { readonly params: null; readonly result: null };
}

export type EngineMethod = keyof EngineCalls;

/** One call, method and parameters together. */
export type EngineRequest = {
  readonly [M in EngineMethod]: { readonly method: M; readonly params: EngineCalls[M]['params'] };
}[EngineMethod];

/** Given to the worker when it starts. */
export interface WorkerSettings {
  readonly line: EngineLine;
  readonly flavour: EngineFlavour;
  /** The schema files, path and text: at least one, or the engine dies. */
  readonly datamodels: readonly (readonly [string, string])[];
}

/** Main thread to worker. */
export type ToWorker =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly writes: Writes;
      readonly request: EngineRequest;
    }
  | { readonly kind: 'answer'; readonly id: number; readonly value: RawResult | number | null }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: Readonly<Record<string, unknown>> };

/** The main database is 0; each shadow database has a number that is never used again. */
export type ConnectionId = number;

/** What the adapter asks of the main thread. */
export type SqlRequest =
  | {
      readonly op: 'query';
      readonly connection: ConnectionId;
      readonly sql: string;
      readonly values: readonly unknown[];
    }
  | { readonly op: 'script'; readonly connection: ConnectionId; readonly sql: string }
  | { readonly op: 'open-shadow' }
  | { readonly op: 'close-shadow'; readonly connection: ConnectionId };

/** Worker to main thread. */
export type FromWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly request: SqlRequest }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly value: unknown;
      readonly recorded: readonly string[];
    }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly message: string;
      readonly code: string | null;
      readonly panic: boolean;
    };
