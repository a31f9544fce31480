// Advice that a statement's text and the schema behind it show: types to regret, keys that lack something, names that are cut
// off, columns named twice, limits that are not set. Pure; nothing here stops a plan.
import { type Hazard, hazardOf } from '../../../risk/index.ts';
import { LOCK } from '../locks.ts';
import { flag, type Node, names, node, nodes, record, textField } from '../parse.ts';
import {
  type Declaration,
  declarationAdvice,
  declarationOf,
  longNames,
  madeWithout,
  tableName,
} from './declarations.ts';
import { indexAdvice } from './indexes.ts';
import { type Fields, plain } from './readers.ts';
import { referenceAdvice } from './references.ts';
import { RULES } from './rules.ts';
import { nameOf, type ParsedStatement, relationBefore, relationOf, type Scene, seenFrom } from './scene.ts';
import { dropsIndexOfTable } from './statements.ts';

const repeated = (list: readonly string[]): string | undefined =>
  list.find((name, position) => list.indexOf(name) !== position);

/** The columns of a list that are given as a whole; `a[1]` and `a.x` are parts. */
const whole = (items: readonly Node[]): readonly string[] =>
  items
    .filter(({ type, fields }) => type === 'ResTarget' && nodes(fields, 'indirection').length === 0)
    .map(({ fields }) => textField(fields, 'name') ?? '');

/** Lists of one statement in which a column can stand once. */
const lists = ({ type, fields }: Node): readonly (readonly string[])[] => {
  if (type === 'UpdateStmt') return [whole(nodes(fields, 'targetList'))];
  if (type === 'InsertStmt')
    return [
      whole(nodes(fields, 'cols')),
      whole(nodes(record(fields, 'onConflictClause') ?? {}, 'targetList')),
    ];
  if (type === 'MergeStmt')
    return nodes(fields, 'mergeWhenClauses').map((item) => whole(nodes(item.fields, 'targetList')));
  return [];
};

const namedTwice = (one: ParsedStatement, all: readonly (readonly string[])[]): readonly Hazard[] => {
  const name = all.map(repeated).find((found) => found !== undefined);
  const message = `"${name}" is named twice: the statement fails.`;
  return name === undefined ? [] : [plain(RULES.duplicateAssignment, one, `column ${name}`, message)];
};

const declaredTwice = (one: ParsedStatement, { columns, constraints }: Declaration): readonly Hazard[] =>
  namedTwice(one, [
    columns.map((column) => textField(column, 'colname') ?? ''),
    ...constraints.flatMap((fields) => [names(fields, 'keys'), names(fields, 'fk_attrs')]),
  ]);

const indexedTwice = (one: ParsedStatement): readonly Hazard[] => {
  const columns = nodes(one.node.fields, 'indexParams').map((item) => textField(item.fields, 'name') ?? '');
  const again = repeated(columns.filter(Boolean));
  const message = `"${again}" is indexed twice in one index.`;
  return again === undefined ? [] : [plain(RULES.duplicateAssignment, one, `column ${again}`, message)];
};

const wide = (one: ParsedStatement): readonly Hazard[] => {
  const { type, fields } = one.node;
  const columns = type === 'IndexStmt' && !flag(fields, 'unique') ? nodes(fields, 'indexParams').length : 0;
  const message = `The index ${textField(fields, 'idxname') ?? ''} has ${columns} columns.`;
  return columns > 3 ? [plain(RULES.wideIndex, one, tableName(fields), message)] : [];
};

/** Whether the statement leaves the planner without statistics: a type that is rewritten, an index of an expression. */
const losesStatistics = ({ node: { type, fields } }: ParsedStatement): boolean =>
  type === 'AlterTableStmt'
    ? nodes(fields, 'cmds').some((command) => textField(command.fields, 'subtype') === 'AT_AlterColumnType')
    : type === 'IndexStmt' && nodes(fields, 'indexParams').some((item) => node(item.fields, 'expr') !== null);

const unanalysed = (scene: Scene, one: ParsedStatement): readonly Hazard[] => {
  const table = losesStatistics(one) ? relationOf(seenFrom(scene, one), one.node.fields) : undefined;
  if (!table) return [];
  const later = scene.statements.slice(scene.statements.indexOf(one) + 1);
  const isDone = later.some(
    ({ node: { type }, facts, planned }) =>
      type === 'VacuumStmt' &&
      /ANALY[SZ]E/i.test(planned.statement.text) &&
      (facts.tables.length === 0 || facts.tables.some(({ name }) => name === table.name)),
  );
  return isDone
    ? []
    : [
        plain(
          RULES.analyzeMissing,
          one,
          nameOf(table),
          `No later statement of the plan analyses ${nameOf(table)}.`,
        ),
      ];
};

const STRONG: ReadonlySet<string> = new Set([
  LOCK.accessExclusive,
  LOCK.shareRowExclusive,
  LOCK.share,
  LOCK.exclusive,
]);

/** Milliseconds by unit (the manual, "Setting Parameters": numeric with unit); a time without one is in milliseconds. */
const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The milliseconds that a setting is given; null where its text is no time. */
const timeGiven = (fields: Fields): number | null => {
  const [value] = nodes(fields, 'args');
  if (!value) return null;
  const whole = record(value.fields, 'ival');
  if (whole) return typeof whole.ival === 'number' ? whole.ival : 0;
  const said = /^\s*([\d.]+)\s*([a-z]*)\s*$/.exec(
    textField(record(value.fields, 'sval') ?? {}, 'sval') ?? '',
  );
  return said ? Number(said[1]) * (UNITS[said[2] || 'ms'] ?? 1) : null;
};

/** Whoever comes after a statement that waits for its lock waits behind it: longer than this is felt by everybody. */
const LONG_WAIT_MS = 60_000;

/** Whether a setting limits anything: 0 and DEFAULT do not, and nor does a wait for a lock that outlasts all patience. */
const limits = (name: string, fields: Fields): boolean => {
  if (textField(fields, 'kind') !== 'VAR_SET_VALUE') return false;
  const time = timeGiven(fields);
  return time === null || (time > 0 && (name !== 'lock_timeout' || time <= LONG_WAIT_MS));
};

/** The timeouts that a migration sets before its first strong lock; dbsync's own batches have both. */
const unlimited = (scene: Scene): readonly Hazard[] => {
  const set = new Set<string>();
  for (const one of scene.statements) {
    const { planned, facts } = one;
    const { type, fields } = one.node;
    if (type === 'VariableSetStmt') {
      const name = textField(fields, 'name') ?? '';
      if (limits(name, fields)) set.add(name);
      else set.delete(name);
    }
    const locks =
      dropsIndexOfTable(scene, one) ||
      (STRONG.has(facts.lock ?? '') && facts.tables.some((table) => relationBefore(scene, table)));
    if (!locks || !(scene.input.sentByOthers || planned.sent?.by === 'tool')) continue;
    const missing = [
      ['lock_timeout', RULES.lockTimeoutMissing] as const,
      ['statement_timeout', RULES.statementTimeoutMissing] as const,
    ].filter(([name]) => !set.has(name));
    return missing.map(([name, rule]) =>
      hazardOf(rule, {
        subject: 'migration',
        message: `${name} is not set before the first strong lock${name === 'lock_timeout' ? ', or to more than a minute' : ''}: a tool that sets none waits without end, and everybody else behind it.`,
        at: planned,
      }),
    );
  }
  return [];
};

/** Advice on one statement, by what it is. */
const adviceOn = (scene: Scene, one: ParsedStatement): readonly Hazard[] => {
  switch (one.node.type) {
    case 'CreateStmt':
    case 'AlterTableStmt': {
      const declaration = declarationOf(one);
      return [
        ...declarationAdvice(one, declaration),
        ...declaredTwice(one, declaration),
        ...unanalysed(scene, one),
      ];
    }
    case 'IndexStmt':
      return [...indexedTwice(one), ...wide(one), ...unanalysed(scene, one)];
    default:
      return namedTwice(one, lists(one.node));
  }
};

/** All advice. */
export const adviceHazards = (scene: Scene): readonly Hazard[] => [
  ...scene.statements.flatMap((one) => [
    ...adviceOn(scene, one),
    ...madeWithout(scene, one),
    ...longNames(one),
  ]),
  ...referenceAdvice(scene),
  ...indexAdvice(scene),
  ...unlimited(scene),
];
