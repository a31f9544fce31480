// What a rebuild with foreign keys off can leave: rows whose parent is gone. Pure.
import { adjusted, type Hazard, hazardOf } from '../../../risk/index.ts';
import { describeSubject } from '../../../schema/index.ts';
import { fold } from '../rules.ts';
import type { Moved } from './cascades.ts';
import { RULES } from './rules.ts';
import { keysTo, names, type Scene } from './scene.ts';

/** Whether the copy takes along every row, and every value that a foreign key holds or refers to, so that no orphan can arise. */
const keepsKeys = (scene: Scene, { table, holder }: Moved): boolean => {
  const { columns, partial } = holder.holding;
  const after = scene.input.after.objects.find(
    (object) => object.kind === 'table' && fold(object.name) === fold(table.name),
  );
  const own = (after ?? table).children.filter(({ kind }) => kind === 'foreign-key');
  const referred =
    keysTo(scene, table).length > 0 ||
    own.some((key) => fold(String(key.attributes.references)) === fold(table.name));
  const keys = table.children.filter(({ kind }) => kind === 'primary-key' || kind === 'unique');
  const copied = [...own, ...(referred ? keys : [])]
    .flatMap((key) => names(key, 'columns'))
    .every((name) => columns.get(fold(name))?.plain === fold(name));
  const made = scene.input.change.changes.some(
    ({ action, subject }) =>
      action !== 'drop' && subject.kind === 'foreign-key' && subject.parent?.name === table.name,
  );
  return partial === null && copied && !made;
};

const KEPT = 'the copy takes along every row, and every value that a foreign key holds or refers to';

/** A rebuild with foreign keys off that nothing checks; only to be read where the copy cannot make an orphan. */
export const unchecked = (scene: Scene, moved: Moved): Hazard[] => {
  const { table, at } = moved;
  const state = scene.conditions(at);
  const hasKeys =
    keysTo(scene, table).length > 0 || table.children.some((child) => child.kind === 'foreign-key');
  if (state.ours || state.foreignKeys || !hasKeys) return [];
  const checks = scene.lineage.statements.some(
    ({ tree, at: other }) =>
      tree?.type === 'PragmaStmt' &&
      fold(tree.name.objName.text) === 'foreign_key_check' &&
      other.migration === at.at.migration,
  );
  if (checks) return [];
  const message = `${describeSubject(table)} is rebuilt with foreign keys off, in a transaction that is not dbsync's, and nothing checks them.`;
  const hazard = hazardOf(RULES.noFkCheck, { subject: table, message, at: at.at });
  return [keepsKeys(scene, moved) ? adjusted(hazard, 'advice', KEPT) : hazard];
};
