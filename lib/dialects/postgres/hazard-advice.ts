// Advice that a statement's text and the schema behind it show: types to regret, keys that lack something, names that are cut
// off, columns named twice, limits that are not set. Pure; nothing here stops a plan.
import { type Hazard, hazardOf } from '../../risk/index.ts';
import {
  type Declaration,
  declarationAdvice,
  declarationOf,
  longNames,
  tableName,
} from './hazard-declarations.ts';
import { type Fields, plain } from './hazard-readers.ts';
import { referenceAdvice } from './hazard-references.ts';
import { RULES } from './hazard-rules.ts';
import {
  nameOf,
  type ParsedStatement,
  relationBefore,
  relationOf,
  type Scene,
  seenFrom,
} from './hazard-scene.ts';
import { LOCK } from './locks.ts';
import { flag, type Node, names, node, nodes, record, textField } from './parse.ts';

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

/** `SET lock_timeout = 0` is no limit. */
const isZero = (fields: Fields): boolean =>
  nodes(fields, 'args').some(({ fields: value }) => {
    const text = record(value, 'sval');
    return text
      ? /^0\D*$/.test(textField(text, 'sval') ?? '')
      : record(value, 'ival') !== null && (record(value, 'ival')?.ival ?? 0) === 0;
  });

/** The timeouts that a migration sets before its first strong lock; dbsync's own batches have both. */
const unlimited = (scene: Scene): readonly Hazard[] => {
  const set = new Set<string>();
  for (const {
    node: { type, fields },
    planned,
    facts,
  } of scene.statements) {
    if (type === 'VariableSetStmt' && !isZero(fields)) set.add(textField(fields, 'name') ?? '');
    const locks = STRONG.has(facts.lock ?? '') && facts.tables.some((table) => relationBefore(scene, table));
    if (!locks || !(scene.input.sentByOthers || planned.sent?.by === 'tool')) continue;
    const missing = [
      ['lock_timeout', RULES.lockTimeoutMissing] as const,
      ['statement_timeout', RULES.statementTimeoutMissing] as const,
    ].filter(([name]) => !set.has(name));
    return missing.map(([name, rule]) =>
      hazardOf(rule, {
        subject: 'migration',
        message: `${name} is not set before the first strong lock, so a tool that sets none waits without end.`,
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
        ...declarationAdvice(scene, one, declaration),
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
  ...scene.statements.flatMap((one) => [...adviceOn(scene, one), ...longNames(one)]),
  ...referenceAdvice(scene),
  ...unlimited(scene),
];
