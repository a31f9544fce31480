// Hazards of counters that are set: numbers that were given are given again. Pure.
import type { Hazard } from '../../risk/index.ts';
import { type Fields, plain, type Reader } from './hazard-readers.ts';
import { RULES } from './hazard-rules.ts';
import type { ParsedStatement, Scene } from './hazard-scene.ts';
import { type Node, names, nodes, record, textField, visit } from './parse.ts';

const restarts = (fields: Fields, list: string): boolean =>
  nodes(fields, list).some((item) => textField(item.fields, 'defname') === 'restart');

/** A sequence of the plan's own has given no number yet. */
const isMadeHere = (scene: Scene, name: string): boolean =>
  scene.statements.some(
    ({ node: made }) =>
      made.type === 'CreateSeqStmt' && textField(record(made.fields, 'sequence') ?? {}, 'relname') === name,
  );

const counted = (one: ParsedStatement, name: string): Hazard =>
  plain(
    RULES.sequenceSet,
    one,
    name,
    `${name} counts from another number: what it gave before can come again.`,
  );

/** `ALTER SEQUENCE ... RESTART`. */
export const sequenceAltered: Reader = (fields, one, scene) => {
  const name = textField(record(fields, 'sequence') ?? {}, 'relname') ?? '';
  if (!restarts(fields, 'options') || isMadeHere(scene, name)) return [];
  return [counted(one, `sequence ${name}`)];
};

/** `ALTER COLUMN id RESTART`, the command of an ALTER TABLE. */
export const identityRestarts = (command: Fields): boolean => {
  const definition = record(command, 'def');
  const items = record(definition ?? {}, 'List');
  return textField(command, 'subtype') === 'AT_SetIdentity' && restarts(items ?? {}, 'items');
};

/** A number that stands in the text; one that is asked of the rows (`max(id)`) is the usual repair. */
const isFixed = ({ type, fields }: Node): boolean => {
  let asks = false;
  visit({ [type]: fields }, (inner) => {
    if (/^(SubLink|FuncCall|ColumnRef|ParamRef)$/.test(inner)) asks = true;
  });
  return !asks;
};

/** The sequence as the text names it, without its namespace. */
const sequenceName = ({ type, fields }: Node): string => {
  let name = '';
  visit({ [type]: fields }, (inner, constant) => {
    const text = inner === 'A_Const' ? textField(record(constant, 'sval') ?? {}, 'sval') : null;
    if (text && name === '') name = text.split('.').at(-1)?.replaceAll('"', '') ?? '';
  });
  return name;
};

/** `SELECT setval('s', 1)`. */
export const counterSet: Reader = (fields, one, scene) => {
  if (!/\bsetval\b/i.test(one.planned.statement.text)) return [];
  const found: Hazard[] = [];
  visit(fields, (type, call) => {
    if (type !== 'FuncCall' || names(call, 'funcname').at(-1) !== 'setval') return;
    const [sequence, value] = nodes(call, 'args');
    if (!sequence || !value || !isFixed(value)) return;
    const name = sequenceName(sequence);
    if (!isMadeHere(scene, name)) found.push(counted(one, `sequence ${name}`));
  });
  return found;
};
