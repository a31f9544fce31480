// Hazards of statements that change rows inside of other statements: a DELETE or UPDATE within WITH. Pure; whole statements of
// that kind are the shared rules'.
import { fitToTable, type Hazard, hazardOf, processRule } from '../../../risk/index.ts';
import { type Node, names, node, nodes, textField, visit } from '../parse.ts';
import { nameOf, type ParsedStatement, relationOf, type Scene, seenFrom } from './scene.ts';

type Fields = Readonly<Record<string, unknown>>;

const WHOLE: Readonly<Record<string, readonly [code: string, does: string]>> = {
  DeleteStmt: ['x-delete-no-where', 'deletes'],
  UpdateStmt: ['x-update-no-where', 'changes'],
};

const constantText = (item: Node | null): string | null =>
  item?.type === 'A_Const' ? JSON.stringify({ ...item.fields, location: undefined }) : null;

const columnText = (item: Node | null): string | null =>
  item?.type === 'ColumnRef' ? names(item.fields, 'fields').join('.') : null;

/** Whether a condition restricts nothing: TRUE, `1 = 1`, `a = a`, and whatever is joined to one of them by OR. */
const isTrue = (condition: Node | null): boolean => {
  if (!condition) return false;
  const { type, fields } = condition;
  if (type === 'A_Const') return JSON.stringify(fields).includes('"boolval":true');
  if (type === 'TypeCast') return isTrue(node(fields, 'arg'));
  if (type === 'BoolExpr') {
    const parts = nodes(fields, 'args');
    const kind = textField(fields, 'boolop');
    return kind === 'OR_EXPR' ? parts.some(isTrue) : kind === 'AND_EXPR' && parts.every(isTrue);
  }
  if (type !== 'A_Expr' || names(fields, 'name').at(-1) !== '=') return false;
  const [left, right] = [node(fields, 'lexpr'), node(fields, 'rexpr')];
  const said = constantText(left) ?? columnText(left);
  return said !== null && said === (constantText(right) ?? columnText(right));
};

/** Nothing restricts the rows: USING and FROM name other tables, which WHERE would tie to this one. */
const isWhole = (fields: Fields): boolean => {
  const where = node(fields, 'whereClause');
  return where === null || isTrue(where);
};

const nested = (one: ParsedStatement, scene: Scene): readonly Hazard[] => {
  const found: Hazard[] = [];
  visit({ [one.node.type]: one.node.fields }, (type, fields) => {
    const rule = WHOLE[type];
    const table = fields === one.node.fields ? undefined : relationOf(scene, fields);
    if (!rule || !table || !isWhole(fields)) return;
    const [code, does] = rule;
    const message = `Within another statement it ${does} every row of ${nameOf(table)}.`;
    found.push(
      fitToTable(
        hazardOf(processRule(code), { subject: nameOf(table), message, at: one.planned }),
        table,
        scene.input,
      ),
    );
  });
  return found;
};

/** By the command of a branch: the hazard, and what happens to the rows. */
const BRANCHES: Readonly<Record<string, readonly [code: string, what: string]>> = {
  CMD_DELETE: ['x-delete-no-where', 'deleted'],
  CMD_UPDATE: ['x-update-no-where', 'changed'],
};

/** Whether a branch of MERGE meets rows of its table without any condition on them. */
const isWholeBranch = (branch: Fields, join: Node | null): boolean => {
  const condition = node(branch, 'condition');
  if (condition !== null && !isTrue(condition)) return false;
  const kind = textField(branch, 'matchKind');
  return kind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' || (kind === 'MERGE_WHEN_MATCHED' && isTrue(join));
};

/** MERGE that deletes or changes whatever its source does not restrict: ON true, or every row that the source lacks. */
const merged = (one: ParsedStatement, scene: Scene): readonly Hazard[] => {
  const found: Hazard[] = [];
  visit({ [one.node.type]: one.node.fields }, (type, fields) => {
    const table = type === 'MergeStmt' ? relationOf(scene, fields) : undefined;
    if (!table) return;
    for (const { fields: branch } of nodes(fields, 'mergeWhenClauses')) {
      const does = BRANCHES[textField(branch, 'commandType') ?? ''];
      if (does === undefined || !isWholeBranch(branch, node(fields, 'joinCondition'))) continue;
      const [code, what] = does;
      const which = textField(branch, 'matchKind') === 'MERGE_WHEN_MATCHED' ? '' : ' that the source lacks';
      const message = `Every row of ${nameOf(table)}${which} is ${what}; no condition restricts it.`;
      found.push(
        fitToTable(
          hazardOf(processRule(code), { subject: nameOf(table), message, at: one.planned }),
          table,
          scene.input,
        ),
      );
    }
  });
  return found;
};

/** Statements that are done when they are sent, unlike the body of a rule or a prepared statement. */
const DONE = /^(Select|Insert|Update|Delete|Merge|CreateTableAs|Explain|Copy)Stmt$/;
const CHANGES = /\b(?:DELETE|UPDATE)\b/gi;

/** Looking for the words first spares most statements the visit of their tree. */
const mayNest = ({ node: { type }, planned }: ParsedStatement): boolean =>
  DONE.test(type) &&
  (planned.statement.text.match(CHANGES)?.length ?? 0) >
    (type === 'DeleteStmt' || type === 'UpdateStmt' ? 1 : 0);

/** The hazards of data statements that stand inside of others. */
export const nestedRowHazards = (scene: Scene): readonly Hazard[] =>
  scene.statements.flatMap((one) => {
    const seen = seenFrom(scene, one);
    const isMerge = DONE.test(one.node.type) && /\bMERGE\b/i.test(one.planned.statement.text);
    return [...(mayNest(one) ? nested(one, seen) : []), ...(isMerge ? merged(one, seen) : [])];
  });
