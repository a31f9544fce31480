// What a statement does to the tables while it runs: locks, and the work done under them. Part of the dialects' contract; types only.
import type { Statement } from '../sql/index.ts';
import type { Batch, Session, TableSize } from './contract.ts';

/** What one statement does to one table. */
export interface TableEffect {
  readonly namespace: string | null;
  readonly name: string;
  /** The strongest lock on it, in the engine's words. */
  readonly lock: string;
  /**
   * What others cannot do while it is held: `all` neither read nor write, `writes` not write, `schema` no other schema change;
   * `rows`: only the rows that the statement changes are held.
   */
  readonly blocks: 'all' | 'writes' | 'schema' | 'rows' | 'nothing';
  /** When the lock is given back: at the statement's end, or with its transaction. */
  readonly until: 'statement' | 'transaction';
  /** The greatest work on the table: it is written anew, an index is built from all of it, all of it is read, or none of these. */
  readonly work: 'rewrite' | 'index' | 'scan' | 'none' | 'unknown';
  /** `measured`: seen on a shadow database. `known`: from the statement's text and the engine's manual. */
  readonly basis: 'measured' | 'known';
  /** Why the engine could do it in no cheaper way, in its own words. */
  readonly because?: string;
}

/** A statement that was sent under observation. */
export interface Watched<T> {
  readonly answer: T;
  readonly effects: readonly TableEffect[];
}

/**
 * Sends one statement of a shadow database and tells what it did to the tables that were there before its batch. `send` may be
 * called with words that the engine gives the same meaning, and again where it refused those without doing anything. What `send` throws
 * for the statement's own text comes through.
 */
export type Watch = <T>(statement: Statement, send: (text: string) => Promise<T>) => Promise<Watched<T>>;

/** One question that reads a part of a table, in the order in which it lies there, and answers none of its values. */
export interface Portion {
  readonly sql: string;
  /** About what it reads. */
  readonly bytes: number;
}

/** By what words it is measured how fast a table is read and written anew. */
export interface PaceQuestions {
  /**
   * A question that reads about so many bytes of the table's rows; a text says why there is none, such as that another session holds
   * it. Sends nothing but questions to the catalogue, which wait for nobody.
   */
  portion(session: Session, table: TableSize, bytes: number): Promise<Portion | string>;
  /** Statements that write a table of a shadow database anew, as a change of type does; it has the columns `id`, `n` and `filler`. */
  rewrite(quotedTable: string): readonly string[];
}

/** What a dialect can say of the effects of statements; all of it is optional. */
export interface Effects {
  /** The work that a hazard warns of, by its code: it is lowered where the statement was seen to do less. */
  readonly claims?: Readonly<Record<string, 'rewrite' | 'index' | 'scan'>>;
  /** What a statement's text alone says of its locks, for one that is not observed. Pure. */
  foresee?(statement: Statement): readonly TableEffect[];
  /**
   * Watches the statements of one batch on a shadow database; never used on a target. It must leave the database as the statements
   * alone would. Absent where there is nothing to see.
   */
  observe?(session: Session, batch: Batch): Watch;
  /** How fast tables are read and written. Absent: the times in a plan are made of stated rates. */
  readonly pace?: PaceQuestions;
}
