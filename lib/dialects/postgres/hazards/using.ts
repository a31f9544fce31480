// What the USING expression of a change of type does: nothing of its own, the same instant said otherwise, or a new value. Pure.
import type { PlannedStatement } from '../../../risk/index.ts';
import { type Node, names, node, nodes, record, textField } from '../parse.ts';
import type { Scene } from './scene.ts';

/** The column itself, cast or not: what a change of type does without USING, as far as values are concerned. */
const isOwnCast = (expression: Node, column: string | null): boolean => {
  if (expression.type === 'ColumnRef') return names(expression.fields, 'fields').at(-1) === column;
  const inner = expression.type === 'TypeCast' ? node(expression.fields, 'arg') : null;
  return inner !== null && isOwnCast(inner, column);
};

/** The expression of one command, where it is more than the column itself, cast or not. */
export const usingOf = (command: Node): Node | null => {
  if (textField(command.fields, 'subtype') !== 'AT_AlterColumnType') return null;
  const using = node(node(command.fields, 'def')?.fields ?? {}, 'raw_default');
  return using && !isOwnCast(using, textField(command.fields, 'name')) ? using : null;
};

/** A zone without summer time, and nought hours from Greenwich. */
const isUtc = (zone: Node | undefined): boolean => {
  const text = zone?.type === 'A_Const' ? textField(record(zone.fields, 'sval') ?? {}, 'sval') : null;
  return /^(?:utc|gmt|etc\/utc|z)$/i.test(text ?? '');
};

/** `column AT TIME ZONE 'UTC'`: a zone without summer time maps every local time to one instant and back. */
export const isSameInstant = (expression: Node, column: string | null): boolean => {
  if (expression.type !== 'FuncCall' || names(expression.fields, 'funcname').at(-1) !== 'timezone')
    return false;
  const [zone, value] = nodes(expression.fields, 'args');
  return isUtc(zone) && value !== undefined && isOwnCast(value, column);
};

/** Whether a statement computes a column anew while it changes its type, so that the engine writes every row. */
export const isComputed = (scene: Scene, at: PlannedStatement | undefined, column: string): boolean => {
  const statement = scene.statements.find((one) => one.planned === at);
  const commands = statement?.node.type === 'AlterTableStmt' ? nodes(statement.node.fields, 'cmds') : [];
  return commands.some(
    (command) => textField(command.fields, 'name') === column && usingOf(command) !== null,
  );
};

/** Whether the plan itself sets another zone than UTC, which dbsync's sessions are in, before the statement. */
export const isElsewhere = (scene: Scene, at: PlannedStatement | undefined): boolean => {
  const end = scene.statements.findIndex(({ planned }) => planned === at);
  const last = scene.statements
    .slice(0, Math.max(end, 0))
    .findLast(
      ({ node: { type, fields }, planned }) =>
        type === 'VariableSetStmt' &&
        /^timezone$/i.test(textField(fields, 'name') ?? '') &&
        (planned.migration === at?.migration || fields.is_local !== true),
    );
  if (!last || textField(last.node.fields, 'kind') !== 'VAR_SET_VALUE') return false;
  return !isUtc(nodes(last.node.fields, 'args')[0]);
};
