// The plan as the hazard files look at it: statements read once, tables by name, probes and severities made in one way. Pure.
import {
  countProbeBy,
  fitToTable,
  type Hazard,
  type HazardRule,
  hazardOf,
  mayBeMended,
  type PlannedStatement,
  type Probe,
  type RiskInput,
  type RowChange,
} from '../../../risk/index.ts';
import {
  type ChildName,
  findObject,
  type ObjectName,
  type SchemaEdit,
  type SchemaObject,
  type Subject,
} from '../../../schema/index.ts';
import type { StatementFacts } from '../../contract.ts';
import { edits } from '../edits.ts';
import { quote } from '../quote.ts';
import { type Alter, alterOf, clauseColumn } from '../scan/alter.ts';
import { classify } from '../scan.ts';

export interface ReadStatement {
  readonly planned: PlannedStatement;
  readonly facts: StatementFacts;
}

export interface Scene {
  readonly input: RiskInput;
  readonly statements: readonly ReadStatement[];
  readonly alters: readonly Alter[];
  /** Whether values that do not fit are refused. */
  readonly strict: boolean;
  readonly sqlMode: string;
}

export const sceneOf = (input: RiskInput): Scene => {
  const sqlMode = String(input.facts.sql_mode ?? '');
  return {
    input,
    statements: input.statements.map((planned) => ({ planned, facts: classify(planned.statement) })),
    alters: input.statements.map(alterOf).filter((alter) => alter !== null),
    strict: /STRICT_(TRANS|ALL)_TABLES|TRADITIONAL/.test(sqlMode) && !sets({ input }, 'sql_mode'),
    sqlMode,
  };
};

export const tableBefore = (scene: Scene, name: string): SchemaObject | undefined =>
  findObject(scene.input.before, { kind: 'table', name }) ??
  scene.input.moves?.origin({ namespace: null, name });

/** A table at the end of the plan, also where the plan gave it another name. */
export const tableAfter = (scene: Scene, name: string): SchemaObject | undefined => {
  const { after, moves } = scene.input;
  const named = findObject(after, { kind: 'table', name });
  if (named || !moves) return named;
  return after.objects.find((object) => object.kind === 'table' && moves.origin(object)?.name === name);
};

/** Names in an attribute such as `columns`. */
export const names = (object: SchemaObject, attribute: string): readonly string[] => {
  const value = object.attributes[attribute];
  return Array.isArray(value) ? value.map(String) : [];
};

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whether the edit is about the object, or about the child of its table. */
const isAbout = (edit: SchemaEdit, { kind, name, parent }: Subject): boolean => {
  const owner = (one: ObjectName | null): boolean =>
    one === null || (parent !== undefined && same(one.name, parent.name));
  const child = (one: ChildName): boolean => one.kinds.includes(kind) && same(one.name, name);
  switch (edit.do) {
    case 'create':
      return same(edit.object.name, (parent ?? { name }).name);
    case 'rename':
      return parent === undefined && (same(edit.object.name, name) || same(edit.to.name, name));
    case 'drop':
    case 'alter':
      return parent === undefined && same(edit.object.name, name);
    case 'add':
      return owner(edit.to) && edit.child.kind === kind && same(edit.child.name, name);
    case 'remove':
      return owner(edit.from) && child(edit.child);
    case 'rename-child':
      return owner(edit.of) && (child(edit.child) || same(edit.to, name));
    case 'alter-child':
      return owner(edit.of) && child(edit.child);
    default:
      return owner(edit.of) && (child(edit.child) || (edit.as.kind === kind && same(edit.as.name, name)));
  }
};

/** The last statement that does something to it, as far as its clauses tell; else one that names the table, and it where it has a name of its own. */
export const locate = (scene: Scene, subject: Subject): PlannedStatement | undefined => {
  const table = subject.parent?.name ?? subject.name;
  const candidates = scene.statements.filter(
    ({ facts }) => facts.kind === 'ddl' && facts.tables.some((named) => same(named.name, table)),
  );
  const does = candidates.findLast(({ planned }) =>
    edits(planned.statement).some((edit) => isAbout(edit, subject)),
  );
  const name = subject.name.toLowerCase();
  const found = does ?? candidates.find(({ planned }) => planned.statement.text.toLowerCase().includes(name));
  return (found ?? candidates[0])?.planned;
};

const rowChanges = ({ statements }: Scene): readonly RowChange[] =>
  statements.map(({ facts: { kind, verb, tables } }) => ({
    opaque: kind === 'opaque',
    tables: kind === 'dml' || /^TRUNCATE/.test(verb) ? tables : [],
  }));

/** Whether the plan may change rows of the table, so that a probe of today proves less. */
export const mended = (scene: Scene, table: string): boolean =>
  mayBeMended(
    rowChanges(scene),
    { namespace: null, name: table },
    {
      before: scene.input.before,
      keyOf: ({ name }) => name.toLowerCase(),
    },
  );

/** Whether the plan sets the variable: what holds by the session's start may then not hold. */
export const sets = (scene: Pick<Scene, 'input'>, variable: string): boolean =>
  scene.input.statements.some(({ statement: { text } }) =>
    new RegExp(`^\\s*SET\\b[\\s\\S]*\\b${variable}\\b`, 'i').test(text),
  );

export interface Finding {
  readonly rule: HazardRule;
  readonly subject: Subject;
  readonly table: string;
  readonly message: string;
  readonly probe?: Probe | undefined;
  /** The hazard grows with the table. */
  readonly grows?: boolean;
}

/** A hazard that is fitted to its table. */
export const finding = (scene: Scene, parts: Finding): Hazard =>
  fitToTable(
    hazardOf(parts.rule, {
      subject: parts.subject,
      message: parts.message,
      probe: parts.probe,
      at: locate(scene, parts.subject),
    }),
    { namespace: null, name: parts.table },
    { ...scene.input, ...(parts.grows && { grows: true }) },
  );

/** Counts rows of a table under a condition. */
export const countProbe = countProbeBy(quote);

/** What rows that do not fit mean: failure in strict mode, damage without it. */
export const misfit = (scene: Scene, table: string): Probe['positive'] => {
  if (!scene.strict) return 'loses-values';
  return mended(scene, table) ? 'may-fail' : 'will-fail';
};

/** The clauses of the plan's ALTERs of a table that are about columns. */
export const clausesOn = (scene: Scene, table: string) =>
  scene.alters
    .filter((alter) => alter.table.toLowerCase() === table.toLowerCase())
    .flatMap((alter) => alter.clauses.flatMap((clause) => clauseColumn(clause) ?? []));
