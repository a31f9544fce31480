// Hazards of guards that are turned off (https://sqlite.org/pragma.html), of other files, of the schema written as text, and of
// triggers that come. From the statements. Pure.
import { adjusted, fitToTable, type Hazard, type HazardRule, hazardOf } from '../../../risk/index.ts';
import { otherFile } from '../connect/one-file.ts';
import type { Stmt } from '../parse.ts';
import { fold } from '../rules.ts';
import { pragmaOf } from '../scan.ts';
import type { Followed } from './lineage.ts';
import { RULES } from './rules.ts';
import type { Scene } from './scene.ts';

const ON = /^(1|on|yes|true)$/;

/** A pragma's values that take a guard away, with what they do. */
const PRAGMAS: readonly {
  readonly name: string;
  readonly values: RegExp;
  readonly rule: HazardRule;
  readonly message: string;
}[] = [
  {
    name: 'journal_mode',
    values: /^(off|memory)$/,
    rule: RULES.journalOff,
    message: 'From here on no journal is on disk: what is interrupted cannot be undone.',
  },
  {
    name: 'synchronous',
    values: /^(0|off)$/,
    rule: RULES.journalOff,
    message: 'From here on nothing waits for the disk: a power cut can leave the file damaged.',
  },
  {
    name: 'ignore_check_constraints',
    values: ON,
    rule: RULES.checksOff,
    message: 'CHECK constraints are not enforced from here on.',
  },
];

const pragmas = ({ tree, at }: Followed): Hazard[] => {
  const pragma = pragmaOf(tree, at.statement.text);
  const found = PRAGMAS.find(({ name, values }) => name === pragma?.name && values.test(pragma.value ?? ''));
  return found ? [hazardOf(found.rule, { subject: found.name, message: found.message, at })] : [];
};

const otherFiles = ({ at }: Followed): Hazard[] => {
  const reach = otherFile(at.statement.text);
  return reach ? [hazardOf(RULES.otherFile, { subject: 'another file', message: `${reach}.`, at })] : [];
};

const CATALOG = /^sqlite_(master|schema|temp_master|temp_schema)$/;

const targetOf = (tree: Stmt | null): string =>
  tree?.type === 'UpdateStmt' || tree?.type === 'DeleteStmt' || tree?.type === 'InsertStmt'
    ? fold(tree.tblName.objName.text)
    : '';

const catalogWrites = ({ tree, at }: Followed): Hazard[] => {
  const subject = targetOf(tree);
  if (!CATALOG.test(subject)) return [];
  return [hazardOf(RULES.catalogWrite, { subject, message: `${subject} is written as text.`, at })];
};

const CHANGES = /^(Update|Delete)/;
/** `RAISE(ABORT, ...)` refuses the write (https://sqlite.org/lang_createtrigger.html#raise). */
const REFUSES = /\bRAISE\s*\(\s*(ABORT|FAIL|ROLLBACK|IGNORE)\b|\bREPLACE\b/i;

const triggers = (scene: Scene, { tree, at }: Followed): Hazard[] => {
  // One on a view stands in place of a write that would fail.
  if (tree?.type !== 'CreateTriggerStmt' || tree.time === 'InsteadOf') return [];
  const name = tree.tblName.objName.text;
  const does = tree.commands.some(({ type }) => CHANGES.test(type)) || REFUSES.test(at.statement.text);
  const table = scene.input.before.objects.find(
    (object) => object.kind === 'table' && fold(object.name) === fold(name),
  );
  // A rebuild makes the trigger again that went with the old table.
  const own = fold(tree.triggerName.objName.text);
  if (table?.children.some(({ kind, name: other }) => kind === 'trigger' && fold(other) === own)) return [];
  const message = `From now on each write of its kind to table ${name} ${does ? 'changes or refuses rows besides' : 'does more'}.`;
  const found = hazardOf(RULES.triggerActs, { subject: `table ${name}`, message, at });
  const fitted = fitToTable(found, table ?? { namespace: null, name }, scene.input);
  return [does ? fitted : adjusted(fitted, 'advice', 'it changes or refuses no rows that are there')];
};

/** Every hazard of a guard that goes, and of a trigger that comes. */
export const guardHazards = (scene: Scene): Hazard[] =>
  scene.lineage.statements.flatMap((one) => [
    ...pragmas(one),
    ...otherFiles(one),
    ...catalogWrites(one),
    ...triggers(scene, one),
  ]);
