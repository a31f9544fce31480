// Hazards of the parts of ALTER TABLE that the text shows and the difference does not. Pure.
import type { Hazard, HazardRule } from '../../risk/index.ts';
import type { SchemaObject } from '../../schema/index.ts';
import { addedColumn } from './hazard-columns.ts';
import { atTable, plain, type Reader } from './hazard-readers.ts';
import { RULES } from './hazard-rules.ts';
import { nameOf, type ParsedStatement, relationOf, type Scene } from './hazard-scene.ts';
import { flag, type Node, names, node, nodes, textField } from './parse.ts';

const ALTERS: Readonly<Record<string, readonly [HazardRule, string]>> = {
  AT_AttachPartition: [
    RULES.attachPartition,
    'The rows of the new partition are read to prove that they belong there.',
  ],
  AT_SetTableSpace: [RULES.move, 'The table is copied to another tablespace.'],
  AT_SetAccessMethod: [RULES.move, 'The table is rewritten for another access method.'],
  AT_SetLogged: [RULES.move, 'The table is rewritten to be logged.'],
  AT_ChangeOwner: [RULES.grantRevoke, 'The table gets another owner.'],
  AT_EnableTrig: [RULES.triggerDdl, 'A trigger is enabled.'],
  AT_DisableTrig: [RULES.triggerDdl, 'A trigger is disabled.'],
  AT_DisableTrigAll: [RULES.triggerDdl, 'All triggers are disabled; those of foreign keys too.'],
};

/** The column itself, cast or not: what a change of type does without USING, as far as values are concerned. */
const isOwnCast = (expression: Node, column: string | null): boolean => {
  if (expression.type === 'ColumnRef') return names(expression.fields, 'fields').at(-1) === column;
  const inner = expression.type === 'TypeCast' ? node(expression.fields, 'arg') : null;
  return inner !== null && isOwnCast(inner, column);
};

const alterCommand = (
  command: Node,
  one: ParsedStatement,
  scene: Scene,
  table: SchemaObject,
): readonly Hazard[] => {
  const { fields } = command;
  const subtype = textField(fields, 'subtype') ?? '';
  const found: Hazard[] = [];
  const known = ALTERS[subtype];
  if (known) found.push(atTable(scene, known[0], { table, one, message: known[1] }));
  if (textField(fields, 'behavior') === 'DROP_CASCADE') {
    found.push(
      plain(
        RULES.dropCascade,
        one,
        nameOf(table),
        'The statement drops whatever depends on the object, unseen.',
      ),
    );
  }
  if (subtype === 'AT_DetachPartition' && !flag(node(fields, 'def')?.fields ?? {}, 'concurrent')) {
    found.push(
      atTable(scene, RULES.detachPartition, {
        table,
        one,
        message: `Every use of ${nameOf(table)} waits while a partition leaves it.`,
      }),
    );
  }
  const using =
    subtype === 'AT_AlterColumnType' ? node(node(fields, 'def')?.fields ?? {}, 'raw_default') : null;
  if (using && !isOwnCast(using, textField(fields, 'name'))) {
    found.push(
      atTable(scene, RULES.usingExpression, {
        table,
        one,
        message: `The values of column ${textField(fields, 'name') ?? ''} become what the USING expression makes of them.`,
      }),
    );
  }
  if (subtype === 'AT_AddColumn') found.push(...addedColumn(fields, { one: one.planned, scene, table }));
  return found;
};

const ATTRIBUTES: Readonly<Record<string, readonly [HazardRule, string]>> = {
  AT_DropColumn: [RULES.dropColumn, 'is dropped: its values are gone from every column of the type'],
  AT_AlterColumnType: [RULES.changeType, 'changes its type in every column of the type'],
};

/** ALTER TYPE on a composite type is an ALTER TABLE to the parser. */
const alterComposite: Reader = (fields, one) =>
  nodes(fields, 'cmds').flatMap((command) => {
    const known = ATTRIBUTES[textField(command.fields, 'subtype') ?? ''];
    const name = textField(command.fields, 'name') ?? '';
    return known ? [plain(known[0], one, `attribute ${name}`, `The attribute ${name} ${known[1]}.`)] : [];
  });

/** The hazards of one ALTER TABLE, by its parts. */
export const alterTable: Reader = (fields, one, scene) => {
  if (textField(fields, 'objtype') === 'OBJECT_TYPE') return alterComposite(fields, one, scene);
  const table = relationOf(scene, fields);
  return table ? nodes(fields, 'cmds').flatMap((command) => alterCommand(command, one, scene, table)) : [];
};
