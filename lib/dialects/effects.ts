// What a statement does to the tables while it runs: locks, and the work done under them. Part of the dialects' contract; types only.
import type { Statement } from '../sql/index.ts';
import type { Batch, Session } from './contract.ts';

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
}
