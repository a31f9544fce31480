// Statements in a dialect's hands: what is known of one from its text, the same in other words, and those that lead from one schema to
// another. Part of the dialects' contract.

/** What can be said of one statement from its text. */
export interface StatementFacts {
  /** `ddl`, `dml`, `query`, `transaction` (BEGIN, COMMIT), `session` (SET, PRAGMA), `opaque` (cannot be analysed). */
  readonly kind: 'ddl' | 'dml' | 'query' | 'transaction' | 'session' | 'opaque';
  /** The leading words, such as `CREATE INDEX CONCURRENTLY`. */
  readonly verb: string;
  /** Whether it may run inside a transaction. */
  readonly transactional: boolean;
  /**
   * It works beside other sessions and commits parts as it goes: its waits keep nobody else waiting, and a failure can leave remains
   * (PostgreSQL's `CONCURRENTLY`).
   */
  readonly concurrent?: true;
  /** The strongest lock it takes, in the engine's words. */
  readonly lock?: string;
  /** Tables that it names, as far as the text tells. */
  readonly tables: readonly { readonly namespace: string | null; readonly name: string }[];
  /** It writes a counter that the engine keeps in a table of its own, one row for each table of the project: no work on rows. */
  readonly counter?: true;
  /** Why it could not be analysed. */
  readonly opaque?: string;
  /** It is read, and runs code that is not in its text. */
  readonly runsCode?: true;
  /**
   * What it reaches outside of its database, in words: files and programs of the server's machine, the server itself, another server or database.
   * As far as its text tells; on a shadow database such a statement acts before anybody approved it.
   */
  readonly outside?: string;
}

/** The same statement in other words, when the engine at hand refuses the words but not the meaning. */
export interface Adaptation {
  readonly text: string;
  /** What was changed and why, for the journal. */
  readonly note: string;
}

/** One statement on the way from one schema to another. */
export interface BringingStatement {
  readonly what: 'drop-foreign-key' | 'alter-table' | 'drop-table' | 'create-table' | 'add-foreign-key';
  readonly sql: string;
}
