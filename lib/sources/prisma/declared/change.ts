// What a database lacks of the declared schema, where no engine of Prisma's works on it in process: the files are written as tables
// into an empty shadow database, the inspector reads it, and the dialect says the SQL of the difference. Every answer is tried
// before it is given.
import type { BringingStatement, Dialect, InspectOptions, Session } from '../../../dialects/contract.ts';
import { DbsyncError, messageOf } from '../../../errors/index.ts';
import {
  type Change,
  describeChange,
  diffSnapshots,
  findObject,
  type Snapshot,
} from '../../../schema/index.ts';
import type { SourceContext } from '../../contract.ts';
import type { SchemaFile } from '../schema-files.ts';
import { blocksOf } from './blocks.ts';
import { declaredStatements } from './ddl.ts';
import type { DeclaredTable } from './model.ts';
import { declaredTables } from './tables.ts';
import { undeclaredIndexes, wantedSchema } from './wanted.ts';
import { readByPrisma } from './wasm.ts';
import { demandAgreement } from './witness.ts';

export interface DeclaredInput {
  readonly files: readonly SchemaFile[];
  /** False with `relationMode = "prisma"`. */
  readonly foreignKeys: boolean;
  readonly external: readonly string[];
  readonly context: SourceContext;
  /** The ledger's tables. */
  readonly inspect: InspectOptions;
}

/** The way from a database to the declared schema. */
export interface DeclaredChange {
  readonly changes: readonly Change[];
  readonly statements: readonly BringingStatement[];
  /** Indexes that no model declares, as the SQL that would drop them; with `keepIndexes` they stay. */
  readonly undeclared: readonly string[];
}

/** The declared schema of one project, written out at most once. */
export interface Declared {
  /** Writes it into a shadow database like the target. Never fails: what is wrong is said by `change`. */
  prepare(like: Session | null): Promise<void>;
  /**
   * The SQL for the database behind the session, which is a shadow database: the SQL is run there, and must lead to what is declared.
   * Throws SCHEMA_UNRENDERABLE, SOURCE_INVALID, SHADOW_UNAVAILABLE.
   */
  change(session: Session, options: { readonly keepIndexes: boolean }): Promise<DeclaredChange>;
}

interface Written {
  readonly tables: readonly DeclaredTable[];
  readonly snapshot: Snapshot;
}

const refused = (sql: string, error: unknown, context: SourceContext): DbsyncError =>
  new DbsyncError('SCHEMA_UNRENDERABLE', {
    summary: context.redact(`${context.dialect.title} refuses what the schema declares: ${messageOf(error)}`),
    why: context.redact(`The statement, on a shadow database:\n${sql}`),
    next: ['Declare what the database can hold, or write the migration by hand.'],
    cause: error,
  });

/** Runs the statement. Throws SCHEMA_UNRENDERABLE with its text. */
const send = async (session: Session, sql: string, context: SourceContext): Promise<void> => {
  try {
    await session.execute(sql);
  } catch (error) {
    // A server that is gone has refused nothing.
    if (context.dialect.explain(error).connectionLost) throw error;
    throw refused(sql, error, context);
  }
};

const write = async (input: DeclaredInput, like: Session | null): Promise<Written> => {
  const { files, foreignKeys, context, inspect } = input;
  const { dialect } = context;
  const blocks = files.flatMap(blocksOf);
  demandAgreement(blocks, readByPrisma(files));
  const tables = declaredTables({ blocks, foreignKeys });
  const snapshot = await context.withEmptyShadow(async (session) => {
    for (const { sql } of declaredStatements(tables, dialect.quote)) await send(session, sql, context);
    return dialect.inspect(session, inspect);
  }, like);
  return { tables, snapshot };
};

const bringOf = (dialect: Dialect): NonNullable<Dialect['bring']> => {
  if (dialect.bring) return dialect.bring;
  throw new DbsyncError('SCHEMA_UNRENDERABLE', {
    summary: `dbsync writes no SQL from a schema for ${dialect.title}.`,
    next: ['Use migrations.'],
  });
};

/** Throws SCHEMA_UNRENDERABLE where the statements lead elsewhere. */
const prove = async (
  session: Session,
  wanted: Snapshot,
  statements: readonly BringingStatement[],
  { context, inspect }: DeclaredInput,
): Promise<void> => {
  for (const { sql } of statements) await send(session, sql, context);
  const reached = await context.dialect.inspect(session, inspect);
  const rest = diffSnapshots(reached, wanted).changes.filter(({ action }) => action !== 'reorder');
  if (rest.length === 0) return;
  throw new DbsyncError('SCHEMA_UNRENDERABLE', {
    summary: `The SQL for the declared schema does not lead to it; missing on a shadow database:\n${rest
      .map((change) => `  ${describeChange(change)}`)
      .join('\n')}`,
    why: 'SQL that does not do what it shall is not shown.',
    next: ['Write the migration by hand.'],
  });
};

const dropsOf = (actual: Snapshot, declared: Snapshot, quote: Dialect['quote']): readonly string[] =>
  declared.objects.flatMap((table) => {
    const own = findObject(actual, table);
    if (!own || table.kind !== 'table') return [];
    return undeclaredIndexes(own, table).map(
      ({ name }) => `DROP INDEX ${quote(name)} ON ${quote(table.name)}`,
    );
  });

/** The declared schema of the files. Reads and opens nothing before it is asked. */
export const declaredSchema = (input: DeclaredInput): Declared => {
  let written: Promise<Written> | null = null;
  const once = (like: Session | null): Promise<Written> => {
    written ??= write(input, like);
    return written;
  };
  return {
    prepare: async (like) => {
      await once(like).catch(() => {});
    },
    change: async (session, { keepIndexes }) => {
      const { tables, snapshot: declared } = await once(session);
      const { dialect } = input.context;
      const actual = await dialect.inspect(session, input.inspect);
      const external = new Set(input.external);
      const wanted = wantedSchema({ actual, declared, tables, external, keepIndexes });
      const { changes } = diffSnapshots(actual, wanted);
      const statements = bringOf(dialect)(actual, wanted);
      await prove(session, wanted, statements, input);
      return { changes, statements, undeclared: dropsOf(actual, declared, dialect.quote) };
    },
  };
};
