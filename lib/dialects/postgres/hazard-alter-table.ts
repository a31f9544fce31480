// Hazards of the parts of ALTER TABLE that the text shows and the difference does not. Pure.
import { adjusted, type Hazard, type HazardRule } from '../../risk/index.ts';
import type { SchemaObject } from '../../schema/index.ts';
import { addedColumn } from './hazard-columns.ts';
import { atTable, plain, type Reader } from './hazard-readers.ts';
import { RULES } from './hazard-rules.ts';
import { nameOf, type ParsedStatement, relationOf, type Scene } from './hazard-scene.ts';
import { identityRestarts } from './hazard-sequences.ts';
import { isSameInstant, usingOf } from './hazard-using.ts';
import { flag, type Node, node, nodes, record, textField } from './parse.ts';

const ALTERS: Readonly<Record<string, readonly [HazardRule, string]>> = {
  AT_AttachPartition: [
    RULES.attachPartition,
    'The rows of the new partition are read to prove that they belong there.',
  ],
  AT_SetTableSpace: [RULES.move, 'The table is copied to another tablespace.'],
  AT_SetAccessMethod: [RULES.move, 'The table is rewritten for another access method.'],
  AT_SetLogged: [RULES.move, 'The table is rewritten to be logged.'],
  AT_ChangeOwner: [RULES.grantRevoke, 'The table gets another owner.'],
  AT_DropInherit: [RULES.dropPartition, 'Its rows are no longer found through the parent.'],
  AT_SetExpression: [
    RULES.storedGenerated,
    'The column is computed anew for every row: the table is rewritten.',
  ],
  AT_EnableRowSecurity: [
    RULES.grantRevoke,
    'Only rows that a policy allows are seen and written from now on.',
  ],
  AT_ForceRowSecurity: [RULES.grantRevoke, 'Policies hold for the owner of the table too from now on.'],
  AT_NoForceRowSecurity: [RULES.dropPolicy, 'The owner of the table sees every row from now on.'],
  AT_EnableTrig: [RULES.triggerDdl, 'A trigger is enabled.'],
  AT_EnableAlwaysTrig: [RULES.triggerDdl, 'A trigger is enabled, for replicated rows too.'],
  AT_EnableReplicaTrig: [RULES.triggerDdl, 'A trigger is enabled for replicated rows only.'],
  AT_EnableTrigAll: [RULES.triggerDdl, 'All triggers are enabled.'],
  AT_EnableTrigUser: [RULES.triggerDdl, 'All triggers of users are enabled.'],
  AT_DisableTrigUser: [RULES.triggerDdl, 'All triggers of users are disabled.'],
  AT_EnableRule: [RULES.triggerDdl, 'A rule is enabled.'],
  AT_EnableAlwaysRule: [RULES.triggerDdl, 'A rule is enabled, for replicated rows too.'],
  AT_EnableReplicaRule: [RULES.triggerDdl, 'A rule is enabled for replicated rows only.'],
  AT_DisableRule: [RULES.triggerDdl, 'A rule is disabled.'],
  AT_DisableTrig: [RULES.triggerDdl, 'A trigger is disabled.'],
  AT_DisableTrigAll: [RULES.checksOff, 'All triggers are disabled; those of foreign keys too.'],
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
  if (subtype === 'AT_DetachPartition') {
    const left = textField(record(node(fields, 'def')?.fields ?? {}, 'name') ?? {}, 'relname') ?? '';
    found.push(
      plain(
        RULES.dropPartition,
        one,
        `partition ${left}`,
        `The rows of ${left} are no longer found through ${nameOf(table)}; they stay in ${left}.`,
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
  const using = usingOf(command);
  if (using && !isSameInstant(using, textField(fields, 'name'))) {
    found.push(
      atTable(scene, RULES.usingExpression, {
        table,
        one,
        message: `The values of column ${textField(fields, 'name') ?? ''} become what the USING expression makes of them.`,
      }),
    );
  }
  if (identityRestarts(fields)) {
    const message = `The numbers of column ${textField(fields, 'name') ?? ''} begin anew: what was given before can come again.`;
    found.push(atTable(scene, RULES.sequenceSet, { table, one, message }));
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

/** ALTER INDEX is an ALTER TABLE to the parser too. */
const alterIndex: Reader = (fields, one) =>
  nodes(fields, 'cmds')
    .filter((command) => textField(command.fields, 'subtype') === 'AT_SetTableSpace')
    .map(() => plain(RULES.move, one, 'index', 'The index is copied to another tablespace.'));

/** The rows of a foreign table are another server's: only what names the column fails. */
const alterForeign: Reader = (fields, one) =>
  nodes(fields, 'cmds')
    .filter((command) => textField(command.fields, 'subtype') === 'AT_DropColumn')
    .map((command) => {
      const name = textField(command.fields, 'name') ?? '';
      const hazard = plain(RULES.dropColumn, one, `column ${name}`, `The column ${name} is no longer seen.`);
      return adjusted(hazard, 'breaking', 'the values are in another server and stay there');
    });

/** The hazards of one ALTER TABLE, by its parts. */
export const alterTable: Reader = (fields, one, scene) => {
  if (textField(fields, 'objtype') === 'OBJECT_TYPE') return alterComposite(fields, one, scene);
  const table = relationOf(scene, fields);
  if (textField(fields, 'objtype') === 'OBJECT_FOREIGN_TABLE') return alterForeign(fields, one, scene);
  if (textField(fields, 'objtype') === 'OBJECT_INDEX') return alterIndex(fields, one, scene);
  return table ? nodes(fields, 'cmds').flatMap((command) => alterCommand(command, one, scene, table)) : [];
};
