// Hazards: what a change does to data, locks and running applications, as coded data. Pure.
import type { Diff, Snapshot, Subject, Value } from '../schema/index.ts';
import type { Statement } from '../sql/index.ts';
import type { Moves } from './moves.ts';

/**
 * `destructive`: data can be lost. `blocking`: reads or writes of a running application stall, or a full scan or rewrite.
 * `breaking`: application code or a dependent object fails, or the migration itself does. `advice`: needs a human to read.
 */
export type Severity = 'destructive' | 'blocking' | 'breaking' | 'advice';

/** From worst to least. */
export const SEVERITIES: readonly Severity[] = ['destructive', 'blocking', 'breaking', 'advice'];

/** One row of the hazard catalogue. Its code has a section in reference/hazards.md. */
export interface HazardRule {
  readonly code: string;
  readonly severity: Severity;
  /** What it does, in one sentence. */
  readonly effect: string;
  /** The safer way, in one sentence. */
  readonly remedy: string;
  /** A person must accept it although it is not destructive: nobody could analyse it, or its order was never tested. */
  readonly mustBeAccepted?: true;
}

/** A read-only question about the live data that decides how bad a hazard is. */
export interface Probe {
  /** In words: `rows where email is null`. */
  readonly question: string;
  /** One SELECT that answers with a single number. Every identifier in it is quoted. */
  readonly sql: string;
  /** One SELECT of at most five keys (never other values). */
  readonly sampleSql?: string;
  /** What a count above zero means; `may-fail` where an earlier statement of the plan may have mended the rows. */
  readonly positive: 'will-fail' | 'may-fail' | 'loses-rows' | 'loses-values' | 'changes-values';
  /** What a count of zero does to the hazard. */
  readonly zero: 'dismiss' | 'lower' | 'keep';
}

/** What was measured for a hazard. */
export interface Evidence {
  readonly question: string;
  /** Null: not answered; `unanswered` says why. */
  readonly count: number | null;
  /** What the database said in place of an answer, such as that the time was over. */
  readonly unanswered?: string;
  /** It was a row's value that could not be computed with. */
  readonly refused?: true;
  /** False: the engine's estimate. */
  readonly exact: boolean;
  readonly samples: readonly string[];
}

/** One hazard of one plan. */
export interface Hazard {
  readonly code: string;
  readonly severity: Severity;
  /** The object, in words: `column users.name`. */
  readonly subject: string;
  /** What will happen here, with names. */
  readonly message: string;
  /** The safer way here, with names. */
  readonly remedy: string;
  /** The rewritten SQL, where one exists. */
  readonly rewrite?: string;
  /** The migration it comes from, and where. */
  readonly migration?: string;
  readonly file?: string;
  readonly line?: number;
  readonly evidence: readonly Evidence[];
  /** Why its severity is not the catalogue's: `table is empty`, `table is created in this plan`. */
  readonly adjusted?: string;
  /** Certain failure, known from data. */
  readonly willFail?: boolean;
  /** Asked of the live data before the hazard is final; absent once answered. */
  readonly probe?: Probe;
}

/** A statement of the plan, with the migration it stands in. */
export interface PlannedStatement {
  readonly migration: string;
  readonly statement: Statement;
  /** How it will be sent, where that is known; without it, the dialect works it out from the statements of the migration. */
  readonly sent?: {
    readonly by: 'dbsync' | 'tool';
    readonly transactional: boolean;
    readonly settings: Readonly<Record<string, Value>>;
  };
}

export interface TableFacts {
  readonly namespace: string | null;
  readonly name: string;
  readonly rows: number;
  readonly exact: boolean;
  readonly bytes: number | null;
}

/** Everything that an analyzer may look at. */
export interface RiskInput {
  /** As the server says; the version as numbers, such as [3, 53, 2]. */
  readonly product: string;
  readonly version: readonly number[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** In order; all of them, those that only set the session included. */
  readonly statements: readonly PlannedStatement[];
  /** What really changes, whatever the text looked like. */
  readonly change: Diff;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Sizes of the tables that exist before; by `namespace\u0000name`. */
  readonly sizes: ReadonlyMap<string, TableFacts>;
  /** The schema before is known only as far as these texts name it. */
  readonly unknownBefore?: true;
  /** Both schemas and their difference are what the texts make of them; nothing was measured. */
  readonly toldByTexts?: true;
  /** The schema is one that the plan leaves behind: advice on it is no use. */
  readonly onTheWay?: true;
  /** Any tool may send the statements: the limits that dbsync sets on each cannot be counted on. */
  readonly sentByOthers?: true;
  /** Where tables and columns went that the plan renames; absent where it renames none. */
  readonly moves?: Moves;
  /** Constraints of these statements that a later migration of the same history validates. */
  readonly validatedLater?: ReadonlySet<string>;
}

/** The key of a table in `RiskInput.sizes`. */
export const tableKey = (table: Pick<Subject, 'namespace' | 'name'>): string =>
  `${table.namespace ?? ''}\u0000${table.name}`;
