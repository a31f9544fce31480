// Hazards of CREATE RULE: what a statement on the table does instead of what it says. Pure.
import { type HazardRule, hazardOf } from '../../../risk/index.ts';
import { flag, node, nodes, record, textField } from '../parse.ts';
import { atTable, type Fields, type Reader } from './readers.ts';
import { RULES } from './rules.ts';
import { nameOf, relationOf } from './scene.ts';

const VERBS: Readonly<Record<string, string>> = {
  CMD_INSERT: 'INSERT',
  CMD_UPDATE: 'UPDATE',
  CMD_DELETE: 'DELETE',
};

/** The rule, and what becomes of a write (CREATE RULE in the manual: INSTEAD without an action suppresses the statement). */
const fate = (fields: Fields, relation: string): readonly [HazardRule, string] => {
  const verb = VERBS[textField(fields, 'event') ?? ''];
  const which = node(fields, 'whereClause') ? `${verb} that meets the condition` : `${verb}`;
  if (verb === undefined || !flag(fields, 'instead'))
    return [RULES.triggerDdl, `A rule is made on ${relation}: statements on it do more from now on.`];
  return nodes(fields, 'actions').length === 0
    ? [RULES.discards, `Every ${which} on ${relation} does nothing from now on, and says that it worked.`]
    : [RULES.redirects, `Every ${which} on ${relation} does something else from now on.`];
};

/** A rule on a relation that is there; one of the plan's own is part of what the plan makes. */
export const ruleMade: Reader = (fields, one, scene) => {
  const table = relationOf(scene, fields);
  if (table) {
    const [rule, message] = fate(fields, nameOf(table));
    return [atTable(scene, rule, { table, one, message })];
  }
  const name = textField(record(fields, 'relation') ?? {}, 'relname') ?? '';
  const isView = scene.input.before.objects.some((object) => object.kind === 'view' && object.name === name);
  if (!isView) return [];
  const [rule, message] = fate(fields, `view ${name}`);
  return rule === RULES.triggerDdl
    ? []
    : [hazardOf(rule, { subject: `view ${name}`, message, at: one.planned })];
};
