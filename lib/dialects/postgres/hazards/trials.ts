// Questions that make the live server compute, row by row, what a statement will compute: a value that it refuses ends the question as it
// will end the statement. Pure; builds SQL and sends none.
import { type PlannedStatement, type Probe, sampleOf } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject, type Subject, subjectOf } from '../../../schema/index.ts';
import { tokenize } from '../../../sql/index.ts';
import { literal, quote } from '../quote.ts';
import { SCAN_RULES } from '../rules.ts';
import { printedName } from '../type-names.ts';
import { columnBefore, columnsIn, foreseen, retyped, tableAfter } from './foreseen.ts';
import { mended } from './mended.ts';
import { columnOf, countProbe, listOf, nameOf, qualifiedText, quotedName, type Scene } from './scene.ts';

/** Whether any table of the live server was measured: texts alone cannot be asked, and are not suspected of what only rows tell. */
export const hasRows = ({ input }: Scene): boolean => input.sizes.size > 0;

interface Trial {
  readonly table: SchemaObject;
  readonly at: PlannedStatement | undefined;
  readonly question: string;
}

const positive = (scene: Scene, { table, at }: Trial): Probe['positive'] =>
  mended(scene, table, at) ? 'may-fail' : 'will-fail';

/** Computes an expression for every row, and counts none of them: only that the server refuses one is an answer. */
const computes = (scene: Scene, value: string, trial: Trial): Probe => ({
  question: trial.question,
  sql: `SELECT 0 * count(${value}) FROM ${quotedName(trial.table)}`,
  positive: positive(scene, trial),
  zero: 'keep',
});

/** Rows for which an expression gives NULL, or cannot be computed. */
const givesNull = (scene: Scene, value: string, trial: Trial): Probe =>
  countProbe(trial.table, {
    question: trial.question,
    where: `(${value}) IS NULL`,
    positive: positive(scene, trial),
    zero: 'keep',
  });

const named = (scene: Scene, kind: string, type: string): SchemaObject | undefined =>
  scene.input.after.objects.find((object) => object.kind === kind && qualifiedText(object) === type);

/** `VALUE` is the value that is tried (CREATE DOMAIN in the manual). */
const withValue = (expression: string, value: string): string =>
  tokenize(expression, SCAN_RULES)
    .map(({ kind, text }) => (kind === 'word' && text === 'VALUE' ? value : text))
    .join('');

/** When a value breaks the rules that a domain has at the end of the plan; null where it has none. */
const breaksDomain = (domain: SchemaObject, value: string): string | null => {
  const own = `(${value})::${String(domain.attributes.type)}`;
  const checks = domain.children.flatMap(({ kind, attributes }) =>
    kind === 'check' && attributes.validated !== false && typeof attributes.expression === 'string'
      ? [`NOT (${withValue(attributes.expression, own)})`]
      : [],
  );
  const all = [...checks, ...(domain.attributes.nullable === false ? [`(${value}) IS NULL`] : [])];
  return all.length === 0 ? null : all.join(' OR ');
};

/** Values that the type, as it is at the end of the plan, does not take; null where the plan does not make it an enum or domain. */
const strangers = (scene: Scene, type: string, column: string): string | null => {
  const domain = named(scene, 'domain', type);
  if (domain) return breaksDomain(domain, quote(column));
  const labels = named(scene, 'enum', type)?.children.filter(({ kind }) => kind === 'enum-value');
  if (labels === undefined) return null;
  return labels.length === 0
    ? `${quote(column)} IS NOT NULL`
    : `${quote(column)}::text NOT IN (${labels.map(({ name }) => literal(name)).join(', ')})`;
};

/** What a column that gets another type makes of its rows; undefined where the live server cannot be asked. */
export const retypeTrial = (
  scene: Scene,
  {
    subject,
    table,
    to,
    at,
    computed,
  }: {
    readonly subject: Subject;
    readonly table: SchemaObject;
    readonly to: string;
    readonly at: PlannedStatement | undefined;
    /** USING says more than the column itself. */
    readonly computed: boolean;
  },
): Probe | undefined => {
  const trial = { table, at, question: `values of ${describeSubject(subject)} that cannot become ${to}` };
  const where = computed ? null : strangers(scene, to, subject.name);
  if (where !== null)
    return countProbe(table, {
      question: trial.question,
      where,
      positive: positive(scene, trial),
      zero: 'keep',
    });
  const value = retyped(scene, { table, column: subject.name, to });
  if (value === null) return undefined;
  const isRequired =
    columnOf(table, subject.name)?.attributes.nullable === false && computed && subject.parent !== undefined;
  return isRequired ? givesNull(scene, value, trial) : computes(scene, value, trial);
};

/** What USING makes of a column that keeps its type; where the type changes, that is asked with the change. */
export const sameTypeTrial = (
  scene: Scene,
  {
    table,
    column,
    at,
  }: { readonly table: SchemaObject; readonly column: string; readonly at: PlannedStatement },
): Probe | undefined => {
  const name = columnBefore(scene, table, column);
  const type = name === undefined ? undefined : columnOf(table, name)?.attributes.type;
  const later = tableAfter(scene, table);
  if (name === undefined || typeof type !== 'string' || !later) return undefined;
  if (columnOf(later, column)?.attributes.type !== type) return undefined;
  const subject = { kind: 'column', namespace: null, name, parent: subjectOf(table) };
  return retypeTrial(scene, { subject, table, to: type, at, computed: true });
};

/** What a column that is added gets: computed from others, or of a domain that does not take every value. */
export const addedTrial = (
  scene: Scene,
  {
    table,
    column,
    at,
  }: { readonly table: SchemaObject; readonly column: string; readonly at: PlannedStatement },
): Probe | undefined => {
  const added = tableAfter(scene, table);
  const made = added && columnOf(added, column);
  const from = foreseen(scene, table, { columns: [column] });
  if (!made || from === null) return undefined;
  const isRequired = made.attributes.nullable === false && made.attributes.generated !== undefined;
  return {
    question: `rows of ${nameOf(table)} for which "${column}" cannot be computed`,
    sql: isRequired
      ? `SELECT count(*) FROM ${from} WHERE ${quote(column)} IS NULL`
      : `SELECT 0 * count(${quote(column)}) FROM ${from}`,
    positive: positive(scene, { table, at, question: '' }),
    zero: 'keep',
  };
};

/** Expressions of an index, and its condition, for every row that it takes. */
export const indexTrial = (
  scene: Scene,
  {
    table,
    index,
    at,
  }: {
    readonly table: SchemaObject;
    readonly index: SchemaObject;
    readonly at: PlannedStatement | undefined;
  },
): Probe | undefined => {
  const parts = listOf(index, 'columns').filter((part) => !columnOf(table, part));
  const { where } = index.attributes;
  const all = [...parts, ...(typeof where === 'string' ? [where] : [])];
  if (all.length === 0 || parts.some((part) => /^expression [0-9a-f]+$/.test(part))) return undefined;
  const from = foreseen(scene, table, { columns: all.flatMap((part) => columnsIn(scene, table, part)) });
  if (from === null) return undefined;
  const values = parts.length > 0 ? parts.map((part) => `count(${part})`) : ['count(*)'];
  return {
    question: `rows of ${nameOf(table)} for which ${describeSubject({ kind: 'index', namespace: null, name: index.name })} cannot be computed`,
    sql: `SELECT 0 * (${values.join(' + ')}) FROM ${from}${typeof where === 'string' ? ` WHERE (${where})` : ''}`,
    positive: positive(scene, { table, at, question: '' }),
    zero: 'dismiss',
  };
};

/** Every column of a domain, in tables of before that hold rows of their own. */
const columnsOf = (
  scene: Scene,
  type: string,
): readonly { readonly table: SchemaObject; readonly column: string }[] =>
  scene.input.before.objects
    .filter(
      ({ kind, attributes }) =>
        /^(table|materialized-view)$/.test(kind) && attributes.partitionOf === undefined,
    )
    .flatMap((table) =>
      table.children
        .filter(({ kind, attributes }) => kind === 'column' && attributes.type === type)
        .map(({ name }) => ({ table, column: name })),
    );

/** How many values of a domain's columns break the rules that it has at the end of the plan. */
export const domainTrial = (
  scene: Scene,
  { name, at }: { readonly name: readonly string[]; readonly at: PlannedStatement },
): Probe | undefined => {
  const type = printedName(name, scene.defaultNamespace);
  const domain = named(scene, 'domain', type);
  const users = domain ? columnsOf(scene, type) : [];
  const [first] = users;
  if (!domain || !first || breaksDomain(domain, '') === null) return undefined;
  const wheres = users.map(({ table, column }) => ({
    table,
    where: breaksDomain(domain, quote(column)) ?? 'false',
  }));
  const counts = wheres.map(
    ({ table, where }) => `(SELECT count(*) FROM ${quotedName(table)} WHERE ${where})`,
  );
  const from = `FROM ${quotedName(first.table)} WHERE ${wheres[0]?.where ?? 'false'}`;
  return {
    question: `values of the domain ${type} that break it`,
    sql: `SELECT ${counts.join(' + ')}`,
    ...(users.length === 1 && sampleOf({ table: first.table, from, quote })),
    positive: users.some(({ table }) => mended(scene, table, at)) ? 'may-fail' : 'will-fail',
    zero: 'keep',
  };
};
