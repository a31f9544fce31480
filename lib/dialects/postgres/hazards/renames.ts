// Hazards of a new name: what uses the old one fails. Pure.
import { adjusted, type HazardRule } from '../../../risk/index.ts';
import { names, node, nodes, record, stringOf, textField } from '../parse.ts';
import { atTable, type Fields, plain, type Reader } from './readers.ts';
import { RULES } from './rules.ts';
import { type ParsedStatement, relationOf, type Scene } from './scene.ts';

const RENAMES: Readonly<Record<string, HazardRule>> = {
  OBJECT_COLUMN: RULES.renameColumn,
  OBJECT_ATTRIBUTE: RULES.renameColumn,
  OBJECT_SCHEMA: RULES.renameSchema,
  OBJECT_TABCONSTRAINT: RULES.renameOther,
  OBJECT_DOMCONSTRAINT: RULES.renameOther,
  OBJECT_INDEX: RULES.renameOther,
  OBJECT_TRIGGER: RULES.renameOther,
  OBJECT_POLICY: RULES.renameOther,
  OBJECT_RULE: RULES.renameOther,
};

/** A table or column of the plan's own has no users yet; what stands in no table is told by the text alone. */
const NEEDS_TABLE: ReadonlySet<string> = new Set(['OBJECT_COLUMN', 'OBJECT_TABLE', 'OBJECT_TABCONSTRAINT']);

/** A type takes part in a swap where its old name is taken again, or where the plan made it. */
const MADE: Readonly<Record<string, string>> = {
  CreateEnumStmt: 'typeName',
  CreateDomainStmt: 'domainname',
  CreateRangeStmt: 'typeName',
};

const objectName = (fields: Fields): string => {
  const object = node(fields, 'object');
  return (object && (names(object.fields, 'items').at(-1) ?? stringOf(object))) ?? '';
};

const makes = ({ node: { type, fields } }: ParsedStatement, name: string): boolean => {
  const list = MADE[type];
  if (list !== undefined) return names(fields, list).at(-1) === name;
  if (type === 'CompositeTypeStmt') return textField(record(fields, 'typevar') ?? {}, 'relname') === name;
  return type === 'RenameStmt' && textField(fields, 'newname') === name;
};

const isSwap = (scene: Scene, one: ParsedStatement): boolean => {
  const name = objectName(one.node.fields);
  return scene.statements.some((other) => other !== one && makes(other, name));
};

const OF_WHOLE = [
  'groupClause',
  'distinctClause',
  'havingClause',
  'limitCount',
  'limitOffset',
  'withClause',
  'whereClause',
];

/** `SELECT * FROM name` and nothing else: a view of it is written through, too (CREATE VIEW in the manual, "Updatable Views"). */
const isWhole = (query: Fields, name: string): boolean => {
  const [from, ...others] = nodes(query, 'fromClause');
  const [column, ...columns] = nodes(query, 'targetList').map((item) => node(item.fields, 'val'));
  return (
    others.length === 0 &&
    columns.length === 0 &&
    from?.type === 'RangeVar' &&
    textField(from.fields, 'relname') === name &&
    nodes(column?.fields ?? {}, 'fields').some(({ type }) => type === 'A_Star') &&
    OF_WHOLE.every((clause) => query[clause] === undefined)
  );
};

/** Whether the same migration leaves a view of the whole table under its old name, so that nobody meets a missing one. */
const leavesView = (scene: Scene, one: ParsedStatement, old: string): boolean => {
  const later = scene.statements.slice(scene.statements.indexOf(one) + 1);
  return later.some(
    ({ node: { type, fields }, planned }) =>
      type === 'ViewStmt' &&
      planned.migration === one.planned.migration &&
      textField(record(fields, 'view') ?? {}, 'relname') === old &&
      nodes(fields, 'aliases').length === 0 &&
      isWhole(node(fields, 'query')?.fields ?? {}, textField(one.node.fields, 'newname') ?? ''),
  );
};

const VIEW_LEFT =
  'the migration leaves a view with the old name; whoever used the table needs rights on the view';

/** What a new name breaks. */
export const renamed: Reader = (fields, one, scene) => {
  const type = textField(fields, 'renameType') ?? '';
  const rule = RENAMES[type] ?? RULES.renameTable;
  const table = relationOf(scene, fields);
  const relation = record(fields, 'relation');
  const old =
    textField(fields, 'subname') ?? (relation && textField(relation, 'relname')) ?? objectName(fields);
  const message = `"${old}" is called "${textField(fields, 'newname') ?? ''}" from now on; what uses the old name fails.`;
  if (table) {
    const found = atTable(scene, rule, { table, one, message });
    return [
      type === 'OBJECT_TABLE' && leavesView(scene, one, old) ? adjusted(found, 'advice', VIEW_LEFT) : found,
    ];
  }
  const ofView = textField(fields, 'relationType') === 'OBJECT_VIEW';
  if ((NEEDS_TABLE.has(type) && !ofView) || (relation === null && isSwap(scene, one))) return [];
  return [plain(rule, one, one.facts.verb.toLowerCase(), message)];
};

/** What another schema breaks. */
export const moved: Reader = (fields, one, scene) => {
  const table = relationOf(scene, fields);
  const message = `It is in the schema ${textField(fields, 'newschema') ?? ''} from now on; what finds it by its old one fails.`;
  if (table) return [atTable(scene, RULES.renameTable, { table, one, message })];
  return record(fields, 'relation')
    ? []
    : [plain(RULES.renameTable, one, one.facts.verb.toLowerCase(), message)];
};
