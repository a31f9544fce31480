// Hazards of the parts of ALTER TABLE that the text shows and the difference does not. Pure.
import type { Hazard, HazardRule } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { flag, type Node, names, node, nodes, record, textField } from '../parse.ts';
import { addedColumn } from './columns.ts';
import { compositeAltered } from './composites.ts';
import { foreignTableAltered } from './foreign.ts';
import { attached, detached } from './partitions.ts';
import { asking, atTable, type Fields, plain, type Reader } from './readers.ts';
import { usersTriggers } from './rewrites.ts';
import { RULES } from './rules.ts';
import { nameOf, type ParsedStatement, relationOf, type Scene } from './scene.ts';
import { identityRestarts } from './sequences.ts';
import { sameTypeTrial } from './trials.ts';
import { collated } from './types.ts';
import { isSameInstant, usingOf } from './using.ts';

const ALTERS: Readonly<Record<string, readonly [HazardRule, string]>> = {
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
};

/** Since 18 a constraint can be there and not hold, or hold again (ALTER CONSTRAINT in the manual). */
const enforced: Reader = (fields, one, scene) => {
  const table = relationOf(scene, one.node.fields);
  const change = node(fields, 'def')?.fields ?? {};
  if (!table || !flag(change, 'alterEnforceability')) return [];
  const name = textField(change, 'conname') ?? '';
  return flag(change, 'is_enforced')
    ? [atTable(scene, RULES.addForeignKey, { table, one, message: `Every row is checked against ${name}.` })]
    : [atTable(scene, RULES.dropConstraint, { table, one, message: `${name} is no longer enforced.` })];
};

/** The triggers that enforce a foreign key have names that the server made up (trigger.c, CreateTriggerFiringOn). */
const triggerOff: Reader = (fields, one, scene) => {
  const table = relationOf(scene, one.node.fields);
  if (!table) return [];
  return /^RI_ConstraintTrigger_/.test(textField(fields, 'name') ?? '')
    ? [atTable(scene, RULES.checksOff, { table, one, message: 'A trigger of a foreign key is disabled.' })]
    : [atTable(scene, RULES.triggerDdl, { table, one, message: 'A trigger is disabled.' })];
};

/** The triggers of foreign keys are among them. */
const allTriggersOff: Reader = (_fields, one, scene) => {
  const table = relationOf(scene, one.node.fields);
  const message = 'All triggers are disabled; those of foreign keys too.';
  return table
    ? [atTable(scene, RULES.checksOff, { table, one, message, rewrite: usersTriggers(table) })]
    : [];
};

/** Parts whose own words decide what they are. */
const PARTS: Readonly<Record<string, Reader>> = {
  AT_AttachPartition: attached,
  AT_DetachPartition: detached,
  AT_AlterConstraint: enforced,
  AT_DisableTrig: triggerOff,
  AT_DisableTrigAll: allTriggersOff,
};

/** The last part of the name of the type that a column gets. */
const typeOf = (fields: Fields): string =>
  names(record(node(fields, 'def')?.fields ?? {}, 'typeName') ?? {}, 'names').at(-1) ?? '';

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
  found.push(...(PARTS[subtype]?.(fields, one, scene) ?? []));
  const using = usingOf(command);
  if (using && !isSameInstant(using, textField(fields, 'name'))) {
    const column = textField(fields, 'name') ?? '';
    const message = `The values of column ${column} become what the USING expression makes of them.`;
    const hazard = atTable(scene, RULES.usingExpression, { table, one, message });
    found.push(asking(hazard, sameTypeTrial(scene, { table, column, at: one.planned })));
  }
  if (subtype === 'AT_AlterColumnType' && record(node(fields, 'def')?.fields ?? {}, 'collClause')) {
    const column = textField(fields, 'name') ?? '';
    found.push(...collated(scene, { table, column, at: one.planned }));
  }
  if (subtype === 'AT_AlterColumnType' && /\bjson$/.test(typeOf(fields))) {
    const message = `"${textField(fields, 'name') ?? ''}" becomes json, which cannot be compared.`;
    found.push(atTable(scene, RULES.jsonColumn, { table, one, message }));
  }
  if (identityRestarts(fields)) {
    const message = `The numbers of column ${textField(fields, 'name') ?? ''} begin anew: what was given before can come again.`;
    found.push(atTable(scene, RULES.sequenceSet, { table, one, message }));
  }
  if (subtype === 'AT_AddColumn') found.push(...addedColumn(fields, { one: one.planned, scene, table }));
  return found;
};

/** ALTER INDEX is an ALTER TABLE to the parser too. */
const alterIndex: Reader = (fields, one) =>
  nodes(fields, 'cmds')
    .filter((command) => textField(command.fields, 'subtype') === 'AT_SetTableSpace')
    .map(() => plain(RULES.move, one, 'index', 'The index is copied to another tablespace.'));

/** What ALTER does to relations that hold no rows of their own, or whose rows are computed. */
const OTHERS: Readonly<Record<string, readonly [HazardRule, string]>> = {
  AT_ChangeOwner: [RULES.grantRevoke, 'It gets another owner.'],
  AT_SetTableSpace: [RULES.move, 'It is copied to another tablespace.'],
  AT_SetAccessMethod: [RULES.move, 'It is rewritten for another access method.'],
  AT_ColumnDefault: [RULES.changeDefault, 'What is inserted through it gets another default.'],
};

const SECURITY = new Set(['security_invoker', 'security_barrier']);

/** Whose rights a view reads with, and whether it guards its rows from functions, are options of it. */
const isSecurity = (command: Node): boolean =>
  /^AT_(Set|Reset)RelOptions$/.test(textField(command.fields, 'subtype') ?? '') &&
  nodes(node(command.fields, 'def')?.fields ?? {}, 'items').some(({ fields }) =>
    SECURITY.has(textField(fields, 'defname') ?? ''),
  );

const alterOther: Reader = (fields, one) =>
  nodes(fields, 'cmds').flatMap((command) => {
    const known = OTHERS[textField(command.fields, 'subtype') ?? ''];
    const subject = one.facts.verb.toLowerCase();
    if (known) return [plain(known[0], one, subject, known[1])];
    const message = 'Whose rights the view reads with, or which rows it gives away, changes.';
    return isSecurity(command) ? [plain(RULES.grantRevoke, one, subject, message)] : [];
  });

/** ALTER on what is not a table is an ALTER TABLE to the parser all the same. */
const BY_KIND: Readonly<Record<string, Reader>> = {
  OBJECT_TYPE: compositeAltered,
  OBJECT_FOREIGN_TABLE: foreignTableAltered,
  OBJECT_INDEX: alterIndex,
  OBJECT_VIEW: alterOther,
  OBJECT_MATVIEW: alterOther,
  OBJECT_SEQUENCE: alterOther,
};

/** The hazards of one ALTER TABLE, by its parts. */
export const alterTable: Reader = (fields, one, scene) => {
  const reader = BY_KIND[textField(fields, 'objtype') ?? ''];
  if (reader) return reader(fields, one, scene);
  const table = relationOf(scene, fields);
  return table ? nodes(fields, 'cmds').flatMap((command) => alterCommand(command, one, scene, table)) : [];
};
