// Hazards of statements that change rows inside of other statements: a DELETE or UPDATE within WITH. Pure; whole statements of
// that kind are the shared rules'.
import { fitToTable, type Hazard, hazardOf, processRule } from '../../risk/index.ts';
import { nameOf, type ParsedStatement, relationOf, type Scene } from './hazard-scene.ts';
import { node, nodes, record, visit } from './parse.ts';

type Fields = Readonly<Record<string, unknown>>;

const WHOLE: Readonly<Record<string, readonly [code: string, does: string]>> = {
  DeleteStmt: ['x-delete-no-where', 'deletes'],
  UpdateStmt: ['x-update-no-where', 'changes'],
};

/** Whether nothing restricts the rows: neither WHERE nor another table. */
const isWhole = (fields: Fields): boolean =>
  !node(fields, 'whereClause') &&
  nodes(fields, 'usingClause').length + nodes(fields, 'fromClause').length === 0;

const nested = (one: ParsedStatement, scene: Scene): readonly Hazard[] => {
  const found: Hazard[] = [];
  visit(record(one.node.fields, 'withClause'), (type, fields) => {
    const rule = WHOLE[type];
    const table = relationOf(scene, fields);
    if (!rule || !table || !isWhole(fields)) return;
    const [code, does] = rule;
    const message = `Within WITH, the statement ${does} every row of ${nameOf(table)}.`;
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

/** The hazards of data statements that stand inside of others. */
export const nestedRowHazards = (scene: Scene): readonly Hazard[] =>
  scene.statements
    .filter(({ node: { fields } }) => record(fields, 'withClause'))
    .flatMap((one) => nested(one, scene));
