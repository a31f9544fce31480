// Analyses migrations by their texts alone, each on top of what the texts before it made. Pure; asks no database anything.
import type { AssumedServer, Dialect, Offline } from '../dialects/contract.ts';
import { statementsOf } from '../execute/index.ts';
import {
  type Hazard,
  hazardId,
  hazardOf,
  MAKES_TEMPORARY,
  needsAcceptance,
  processRule,
  type RiskInput,
  SEVERITIES,
} from '../risk/index.ts';
import {
  type Chapter,
  changesBetween,
  hashOf,
  type ObjectName,
  type SchemaEdit,
  type SchemaObject,
  type Story,
  snapshotOf,
  storyOf,
} from '../schema/index.ts';
import type { Migration } from '../sources/contract.ts';
import { type Statement, tokenize } from '../sql/index.ts';
import { judge as judgePlan } from './judge.ts';

export interface LintInput {
  readonly dialect: Dialect;
  readonly offline: Offline;
  readonly server: AssumedServer;
  /** In order of application. */
  readonly migrations: readonly Migration[];
  /** Whose hazards are wanted; the others are only read for what they make. */
  readonly wanted: (migration: Migration) => boolean;
  /** The first migration is the first of all: it meets an empty database. */
  readonly complete: boolean;
}

export interface Linted {
  /** Worst first within a migration, migrations in order. */
  readonly hazards: readonly Hazard[];
  readonly migrations: number;
  readonly statements: number;
}

interface Reading {
  readonly migration: Migration;
  readonly statements: readonly Statement[];
}

/** No data was asked, so a hazard holds no question. */
const unasked = ({ probe: _question, ...hazard }: Hazard): Hazard => hazard;

const inCode = (migration: Migration): Hazard =>
  hazardOf(processRule('x-dynamic-sql'), {
    subject: `migration ${migration.id}`,
    message: `What ${migration.file} sends is known only when its tool runs it.`,
    remedy: 'Look at its statements in a plan, where it is rehearsed; or accept it after reading it.',
    at: {
      migration: migration.id,
      statement: { text: '', file: migration.file, line: 1, offset: 0, index: 0 },
    },
  });

/** The last migration in which each constraint is validated, by its number. */
const validations = (input: LintInput, readings: readonly Reading[]): ReadonlyMap<string, number> => {
  const last = new Map<string, number>();
  for (const [index, { statements }] of readings.entries()) {
    for (const statement of statements) {
      for (const name of input.offline.validates?.(statement) ?? []) last.set(name, index);
    }
  }
  return last;
};

/** What is dropped is in the edits; an index is no table. */
const NAMES_NO_TABLE = /^DROP\b|^(ALTER|REINDEX) INDEX\b|\bVIEW\b/;

/** Tables that the statements name, whatever they do to them. */
const namedTables = (input: LintInput, { statements }: Reading): readonly ObjectName[] =>
  statements.flatMap((statement) => {
    const { verb, tables } = input.dialect.classify(statement);
    if (NAMES_NO_TABLE.test(verb)) return [];
    return tables.map(({ namespace, name }) => ({
      kind: 'table',
      namespace: namespace ?? input.offline.defaultNamespace,
      name,
    }));
  });

/** Objects whose neighbours matter: those that go, types, whose columns are elsewhere, and tables that are cut into others. */
const withNeighbours = ({ before, left }: Chapter): ReadonlySet<string> => {
  const others = before.filter(
    ({ kind, attributes }) => kind !== 'table' || attributes.partitionKey !== undefined,
  );
  return new Set([...left, ...others.map(({ name }) => name)]);
};

/** `public."Role"` names `Role`. */
const lastPart = (text: unknown): string =>
  typeof text === 'string' ? (text.split('.').at(-1) ?? '').replaceAll('"', '') : '';

const references = new WeakMap<SchemaObject, ReadonlySet<string>>();

/** Names of the tables and types that a table leans on, the one that it is a part of among them. A table does not change, so the answer is kept with it. */
const referencesOf = (table: SchemaObject): ReadonlySet<string> => {
  const known = references.get(table);
  if (known) return known;
  const named = table.children.map(({ kind, attributes }) =>
    kind === 'foreign-key'
      ? lastPart(attributes.references)
      : kind === 'column'
        ? lastPart(attributes.type)
        : '',
  );
  const found = new Set([...named, lastPart(table.attributes.partitionOf)]);
  references.set(table, found);
  return found;
};

/** Tables whose rows a REPLACE may delete, with those of the tables that refer to them. */
const replaced = (input: LintInput, { statements }: Reading): readonly string[] =>
  statements
    .filter(({ text }) => /\bREPLACE\b/i.test(text))
    .map((statement) => input.dialect.classify(statement))
    .flatMap(({ kind, tables }) => (kind === 'dml' ? tables.slice(0, 1).map(({ name }) => name) : []));

const neighbours = (story: Story, chapter: Chapter, more: readonly string[]): readonly ObjectName[] => {
  const names = new Set([...withNeighbours(chapter), ...more]);
  if (names.size === 0) return [];
  return [...story.known()].filter((object) => {
    if (object.kind !== 'table') return false;
    const own = referencesOf(object);
    return [...names].some((name) => own.has(name));
  });
};

/** A part of a schema has no fingerprint; the two sides only have to be told apart. */
const SIDES = { from: hashOf('before'), to: hashOf('after') };

const NO_SIZES: RiskInput['sizes'] = new Map();

const riskInput = (
  input: LintInput,
  reading: Reading,
  parts: { readonly chapter: Chapter; readonly validatedLater: ReadonlySet<string> },
): RiskInput => {
  const { before, after } = parts.chapter;
  const change = { ...SIDES, changes: changesBetween(before, after) };
  const { product, version, facts } = input.server;
  const { name } = input.dialect;
  return {
    product,
    version,
    facts,
    statements: reading.statements.map((statement) => ({ migration: reading.migration.id, statement })),
    change,
    before: snapshotOf(name, before),
    after: snapshotOf(name, after),
    sizes: NO_SIZES,
    validatedLater: parts.validatedLater,
    toldByTexts: true,
    sentByOthers: true,
    ...(!input.complete && { unknownBefore: true as const }),
  };
};

const hazardsOf = (input: LintInput, read: RiskInput): readonly Hazard[] => {
  const { dialect, text } = judgePlan(input.dialect, read);
  const found = [...dialect, ...text];
  return SEVERITIES.flatMap((severity) => found.filter((hazard) => hazard.severity === severity));
};

/** A hazard that no statement was found for stands at the last one that names its subject, or at the first of the file. */
const placed = (hazard: Hazard, { migration, statements }: Reading): Hazard => {
  if (hazard.line !== undefined) return hazard;
  const names = hazard.subject.split(/[\s.]+/).reverse();
  const named = names.map((name) => statements.findLast(({ text }) => text.includes(name)));
  const at = named.find((statement) => statement !== undefined) ?? statements[0];
  return { ...hazard, migration: migration.id, ...(at && { file: at.file, line: at.line }) };
};

/** Once for each place; advice that is said of every file alike is said of the first. */
const distinct = (hazards: readonly Hazard[]): readonly Hazard[] => {
  const seen = new Set<string>();
  return hazards.filter((hazard) => {
    const key =
      needsAcceptance(hazard) || hazard.severity !== 'advice'
        ? `${hazardId(hazard)} ${hazard.line ?? ''}`
        : `${hazard.code} ${hazard.subject} ${hazard.message} ${hazard.severity}`;
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
};

/** A table that is named with its database is perhaps another, where the analysis knows no databases. */
const isElsewhere = (
  { dialect }: LintInput,
  { text }: Statement,
  { namespace, name }: SchemaObject,
): boolean => {
  const tokens = tokenize(text, dialect.scan).filter(({ kind }) => kind !== 'space');
  return (
    namespace === null &&
    tokens.some((token, at) => token.text === '.' && (tokens[at + 1]?.value ?? tokens[at + 1]?.text) === name)
  );
};

/** A temporary table stands before the one of its name for a session, and leaves it as it is. */
const leavesAll = (story: Story, { text }: Statement, edits: readonly SchemaEdit[]): boolean => {
  if (!MAKES_TEMPORARY.test(text)) return false;
  const names = edits.flatMap((edit) => (edit.do === 'create' ? [edit.object.name.toLowerCase()] : []));
  return [...story.known()].some(({ kind, name }) => kind === 'table' && names.includes(name.toLowerCase()));
};

/** A statement that makes a table which an earlier text made: the server refuses it. A temporary one stands before it. */
const madeAgain = (
  input: LintInput,
  { id }: Migration,
  { statement, taken }: { readonly statement: Statement; readonly taken: readonly SchemaObject[] },
): readonly Hazard[] =>
  taken
    .filter((object) => object.kind === 'table' && !isElsewhere(input, statement, object))
    .filter(() => /^CREATE (UNLOGGED )?TABLE/.test(input.dialect.classify(statement).verb))
    .map(({ name }) =>
      hazardOf(processRule('x-object-exists'), {
        subject: `table ${name}`,
        message: `An earlier text makes the table ${name}, and none takes it away: the statement fails.`,
        at: { migration: id, statement },
      }),
    );

/** The hazards of one migration, which the story has just read. */
const judge = (
  input: LintInput,
  reading: Reading,
  parts: {
    readonly story: Story;
    readonly last: ReadonlyMap<string, number>;
    readonly index: number;
    /** A new column can be of one: its constraints decide what adding the column does. */
    readonly domains: readonly ObjectName[];
  },
): readonly Hazard[] => {
  const { story, last, index } = parts;
  if (reading.migration.sql === null) return [inCode(reading.migration)];
  if (reading.statements.length === 0) return [];
  const named = [...namedTables(input, reading), ...parts.domains];
  const first = story.end(named);
  const beside = neighbours(story, first, replaced(input, reading));
  const chapter = beside.length === 0 ? first : story.end([...named, ...beside]);
  const validatedLater = new Set([...last].filter(([, at]) => at > index).map(([name]) => name));
  return hazardsOf(input, riskInput(input, reading, { chapter, validatedLater })).map((hazard) =>
    placed(unasked(hazard), reading),
  );
};

/** Reads the whole history in order and returns the hazards of the migrations that are wanted. */
export const lintMigrations = (input: LintInput): Linted => {
  const readings = input.migrations.map((migration) => ({
    migration,
    statements: statementsOf(input.dialect, migration),
  }));
  const last = validations(input, readings);
  const story = storyOf(input.dialect.fold ?? ((name) => name.toLowerCase()));
  const wanted = readings.filter(({ migration }) => input.wanted(migration));
  const domains: ObjectName[] = [];
  const hazards = readings.flatMap((reading, index) => {
    story.begin(input.complete && index === 0);
    const again: Hazard[] = [];
    for (const statement of reading.statements) {
      const said = input.offline.edits(statement);
      const edits = leavesAll(story, statement, said) ? [] : said;
      const taken = story.apply(edits);
      again.push(...madeAgain(input, reading.migration, { statement, taken }));
      for (const edit of edits)
        if (edit.do === 'create' && edit.object.kind === 'domain') domains.push(edit.object);
    }
    if (!input.wanted(reading.migration)) return [];
    return [...again, ...judge(input, reading, { story, last, index, domains })];
  });
  return {
    hazards: distinct(hazards),
    migrations: wanted.length,
    statements: wanted.reduce((sum, { statements }) => sum + statements.length, 0),
  };
};
