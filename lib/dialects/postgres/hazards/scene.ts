// What every analysis of PostgreSQL's hazards looks at: the plan, each statement parsed, tables found by name. Pure.
import {
  countProbeBy,
  fitToTable,
  type Hazard,
  type HazardParts,
  type HazardRule,
  hazardOf,
  type PlannedStatement,
  type RiskInput,
} from '../../../risk/index.ts';
import type { SchemaObject, Subject } from '../../../schema/index.ts';
import type { StatementFacts } from '../../contract.ts';
import { type Node, parseSql, record, textField } from '../parse.ts';
import { qualified, quote } from '../quote.ts';
import { classify } from '../scan.ts';
import { type Deed, deedOf, subtypeOf } from './locate.ts';
import { type Meanings, meaningKey, meaningsAfter } from './meanings.ts';

export type Table = Pick<Subject, 'namespace' | 'name'>;

/** A statement of the plan with its parse; a text that the parser refuses is not here, the shared rules report it. */
export interface ParsedStatement {
  readonly planned: PlannedStatement;
  readonly node: Node;
  readonly facts: StatementFacts;
  /** What names of tables mean when the statement begins. */
  readonly meanings: Meanings;
}

export interface Scene {
  readonly input: RiskInput;
  readonly major: number;
  readonly statements: readonly ParsedStatement[];
  /** The namespace that unqualified names mean. */
  readonly defaultNamespace: string;
  /** What names of tables mean at the end of the plan, or where a statement stands from which the scene is seen. */
  readonly meanings: Meanings;
  /** Whether the scene is seen from the place of a statement; otherwise names are those of before the plan. */
  readonly isInside: boolean;
}

/** The scene as a statement meets it: names mean what the statements before it made of them. */
export const seenFrom = (scene: Scene, { meanings }: ParsedStatement): Scene =>
  meanings.size === 0 ? scene : { ...scene, meanings, isInside: true };

/** Reads the plan once. */
export const sceneOf = (input: RiskInput): Scene => {
  const schema = input.facts.current_schema;
  const defaultNamespace = typeof schema === 'string' ? schema : 'public';
  const scene = { input, major: input.version[0] ?? 0, defaultNamespace, isInside: false };
  const context = {
    defaultNamespace,
    before: (table: Table) => relationBefore({ ...scene, statements: [], meanings: new Map() }, table),
  };
  let meanings: Meanings = new Map();
  const statements = input.statements.flatMap((planned): ParsedStatement[] => {
    const parsed = parseSql(planned.statement.text);
    const [node] = parsed.ok ? parsed.nodes : [];
    if (!node) return [];
    const one = { planned, node, facts: classify(planned.statement), meanings };
    meanings = meaningsAfter(meanings, node, context);
    return [one];
  });
  return { ...scene, statements, meanings };
};

const RELATION_KINDS: ReadonlySet<string> = new Set(['table', 'materialized-view', 'foreign-table']);

/** The relation of before the plan that a name means; undefined where the plan makes it. */
export const relationBefore = (scene: Scene, table: Table): SchemaObject | undefined => {
  const namespace = table.namespace ?? scene.defaultNamespace;
  const meaning = scene.isInside ? scene.meanings.get(meaningKey(table, scene.defaultNamespace)) : undefined;
  if (meaning !== undefined) return meaning ?? undefined;
  let elsewhere: SchemaObject | undefined;
  for (const object of scene.input.before.objects) {
    if (object.name !== table.name || !RELATION_KINDS.has(object.kind)) continue;
    if (object.namespace === namespace) return object;
    elsewhere ??= object;
  }
  if (table.namespace === null && elsewhere) return elsewhere;
  return scene.input.moves?.origin({ namespace, name: table.name });
};

/** The table of a `relation` field, as it was before the plan. */
export const relationOf = (
  scene: Scene,
  fields: Readonly<Record<string, unknown>>,
): SchemaObject | undefined => {
  const relation = record(fields, 'relation');
  const name = relation && textField(relation, 'relname');
  return name ? relationBefore(scene, { namespace: textField(relation, 'schemaname'), name }) : undefined;
};

/** A hazard of a statement on a table that is there, fitted to the table's size. */
export const onTable = (
  scene: Scene,
  rule: HazardRule,
  about: HazardParts & { readonly table: SchemaObject },
): Hazard =>
  fitToTable(hazardOf(rule, about), about.table, { ...scene.input, grows: rule.severity === 'blocking' });

/** `table app.users`. */
export const nameOf = (table: Table): string =>
  `table ${table.namespace === null ? table.name : `${table.namespace}.${table.name}`}`;

export const quotedName = (table: Table): string => qualified(table);

/** A column of a table. */
export const columnOf = (table: SchemaObject, name: string): SchemaObject | undefined =>
  table.children.find((child) => child.kind === 'column' && child.name === name);

/** A list attribute as names. */
export const listOf = (object: SchemaObject, attribute: string): readonly string[] => {
  const value = object.attributes[attribute];
  return Array.isArray(value) ? value.map(String) : [];
};

/** Kinds whose names the parse tells; of every other only the text does. */
const PARSED_KINDS: ReadonlySet<string> = new Set([
  'table',
  'index',
  'column',
  'primary-key',
  'unique',
  'foreign-key',
  'check',
  'exclusion',
]);

/** The last statement that drops the object, else that does what the difference shows of it, else that names it. */
const parsedAbout = (scene: Scene, subject: Subject, attribute?: string): ParsedStatement | undefined => {
  if (!PARSED_KINDS.has(subject.kind)) return undefined;
  const change = scene.input.change.changes.find((one) => isAbout(one.subject, subject));
  const subtype = subtypeOf(change, attribute);
  const last = new Map<Deed, ParsedStatement>();
  for (const one of scene.statements) {
    const deed = one.facts.kind === 'ddl' ? deedOf(one.node, subject, subtype) : null;
    if (deed) last.set(deed, one);
  }
  return last.get('drops') ?? last.get('does') ?? last.get('names');
};

const isAbout = (one: Subject, other: Subject): boolean =>
  one.kind === other.kind && one.name === other.name && one.parent?.name === other.parent?.name;

/** The statement of the plan that is about the object, or one attribute of it, by its parse; else the last one whose text names both it and its table. */
export const locate = (scene: Scene, subject: Subject, attribute?: string): PlannedStatement | undefined => {
  const parsed = parsedAbout(scene, subject, attribute);
  if (parsed) return parsed.planned;
  const bare = subject.name.replace(/\(.*$/s, '');
  const mentions = (text: string, name: string): boolean => text.includes(name);
  const found = scene.statements.filter(({ planned, facts }) => {
    if (facts.kind !== 'ddl') return false;
    const { text } = planned.statement;
    return (
      mentions(text, bare) &&
      (!subject.parent || mentions(text, subject.parent.name) || subject.kind === 'index')
    );
  });
  const drops = found.filter(({ planned }) => /\bDROP\b/i.test(planned.statement.text));
  return (drops.at(-1) ?? found.at(-1) ?? aboutTable(scene, subject))?.planned;
};

/** A child whose name the server makes up stands in no text; its table does. */
const aboutTable = (scene: Scene, { parent }: Subject): ParsedStatement | undefined => {
  if (!parent) return undefined;
  return scene.statements.findLast(
    ({ facts }) => facts.kind === 'ddl' && facts.tables.some(({ name }) => name === parent.name),
  );
};

/** Whether the table is dropped in the plan while its name goes to another: what differs under the name differs by no change of it. */
export const isReplaced = (scene: Scene, table: Table): boolean => {
  const key = meaningKey(table, scene.defaultNamespace);
  if (!scene.meanings.has(key)) return false;
  const before = relationBefore({ ...scene, isInside: false }, table);
  return before !== undefined && ![...scene.meanings.values()].includes(before);
};

/** How many rows meet a condition. */
export const countProbe = countProbeBy(quote);

/** As `regclass` prints a name: quoted only where it must be. */
export const qualifiedText = (object: Table): string => {
  const part = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : quote(name));
  return `${part(object.namespace ?? '')}.${part(object.name)}`;
};
