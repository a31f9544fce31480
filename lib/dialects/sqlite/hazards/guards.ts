// Hazards of guards that are turned off (https://sqlite.org/pragma.html), of other files, of the schema written as text, and of
// triggers that come. From the statements. Pure.
import { adjusted, fitToTable, type Hazard, type HazardRule, hazardOf } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
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
  {
    name: 'schema_version',
    values: /^\d+$/,
    rule: RULES.catalogWrite,
    message:
      'The number by which connections see that the schema changed is set by hand: one that does not see it can damage the file.',
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

const SETS_NUMBER = /\bseq\s*=\s*-?\d+\b/i;

/** AUTOINCREMENT counts anew: ids of deleted rows are given again (https://www.sqlite.org/autoinc.html; seen on 3.40). */
const counters = (scene: Scene, { tree, at }: Followed): Hazard[] => {
  const { text } = at.statement;
  const sets = tree?.type === 'DeleteStmt' || (tree?.type === 'UpdateStmt' && SETS_NUMBER.test(text));
  if (!sets || targetOf(tree) !== 'sqlite_sequence') return [];
  // What is written there again is carried over.
  const isCarried = scene.lineage.statements.some(
    (other) => other.tree?.type === 'InsertStmt' && targetOf(other.tree) === 'sqlite_sequence',
  );
  if (isCarried) return [];
  const [, named] = /\bname\s*=\s*'((?:[^']|'')*)'/i.exec(text) ?? [];
  const about = (name: string, table: SchemaObject | undefined): Hazard => {
    const message = `The counter of table ${name} is set: ids of rows that were deleted can be given again.`;
    const found = hazardOf(RULES.autoincrement, { subject: `table ${name}`, message, at });
    return table ? fitToTable(found, table, scene.input) : found;
  };
  const known = scene.input.before.objects.filter(
    ({ kind, attributes, name }) =>
      kind === 'table' && attributes.autoincrement === true && (named === undefined || named === name),
  );
  if (known.length > 0) return known.map((table) => about(table.name, table));
  // By texts alone a table is known where a statement names it, and here only a string does.
  const isThere = ({ kind, name }: SchemaObject): boolean => kind === 'table' && name === named;
  const isNews = scene.input.after.objects.some(isThere) && !scene.input.before.objects.some(isThere);
  return scene.input.sentByOthers && named !== undefined && !isNews ? [about(named, undefined)] : [];
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
    ...counters(scene, one),
    ...triggers(scene, one),
  ]);
