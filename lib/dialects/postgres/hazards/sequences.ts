// Hazards of counters that are set: numbers that were given are given again. Pure.
import type { Hazard } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { type Node, names, nodes, record, textField, visit } from '../parse.ts';
import { type Fields, plain, type Reader, rewritten } from './readers.ts';
import { counterFromRows } from './rewrites.ts';
import { RULES } from './rules.ts';
import type { ParsedStatement, Scene } from './scene.ts';

const restarts = (fields: Fields, list: string): boolean =>
  nodes(fields, list).some((item) => textField(item.fields, 'defname') === 'restart');

/** A sequence of the plan's own has given no number yet. */
const isMadeHere = (scene: Scene, name: string): boolean =>
  scene.statements.some(
    ({ node: made }) =>
      made.type === 'CreateSeqStmt' && textField(record(made.fields, 'sequence') ?? {}, 'relname') === name,
  );

const sequenceBefore = (scene: Scene, name: string): SchemaObject | undefined =>
  scene.input.before.objects.find((object) => object.kind === 'sequence' && object.name === name);

const counted = (one: ParsedStatement, scene: Scene, name: string): Hazard =>
  rewritten(
    plain(
      RULES.sequenceSet,
      one,
      `sequence ${name}`,
      `sequence ${name} counts from another number: what it gave before can come again.`,
    ),
    counterFromRows(sequenceBefore(scene, name)),
  );

const WIDTHS: Readonly<Record<string, number>> = {
  smallint: 2,
  int2: 2,
  integer: 4,
  int: 4,
  int4: 4,
  bigint: 8,
  int8: 8,
};

/** The type that `AS` names; null where the statement names none. */
const typeSaid = (fields: Fields): string | null => {
  const item = nodes(fields, 'options').find((option) => textField(option.fields, 'defname') === 'as');
  return item
    ? (names(record(record(item.fields, 'arg') ?? {}, 'TypeName') ?? {}, 'names').at(-1) ?? null)
    : null;
};

/** `ALTER SEQUENCE ... AS smallint`, of one that is or may be wider; a sequence is bigint where nothing else was said. */
const narrowed = (fields: Fields, one: ParsedStatement, scene: Scene): readonly Hazard[] => {
  const name = textField(record(fields, 'sequence') ?? {}, 'relname') ?? '';
  const said = typeSaid(fields);
  const to = said === null ? undefined : WIDTHS[said];
  const before = sequenceBefore(scene, name);
  const from = WIDTHS[String(before?.attributes.type)] ?? WIDTHS.bigint;
  if (to === undefined || from === undefined || to >= from || isMadeHere(scene, name)) return [];
  const last = to === 2 ? '32767' : '2147483647';
  const message = `sequence ${name} ends at ${last}: nextval fails behind it, and the statement does where it has come that far.`;
  return [plain(RULES.sequenceNarrow, one, `sequence ${name}`, message)];
};

/** `ALTER SEQUENCE ... RESTART` and `AS`. */
export const sequenceAltered: Reader = (fields, one, scene) => {
  const name = textField(record(fields, 'sequence') ?? {}, 'relname') ?? '';
  const found = narrowed(fields, one, scene);
  if (!restarts(fields, 'options') || isMadeHere(scene, name)) return found;
  return [...found, counted(one, scene, name)];
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
    if (!isMadeHere(scene, name)) found.push(counted(one, scene, name));
  });
  return found;
};
