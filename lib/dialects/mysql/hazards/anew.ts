// Hazards of what is dropped and made anew under the same name, where the difference of two schemas shows nothing, and of what only
// the text tells because no table is known by it. Pure.
import {
  fitToTable,
  type Hazard,
  hazardOf,
  processRule,
  rowsProbe,
  valuesProbe,
} from '../../../risk/index.ts';
import { childOf, describeSubject, subjectOf } from '../../../schema/index.ts';
import { quote } from '../quote.ts';
import { type Alter, clauseColumn } from '../scan/alter.ts';
import { objectHead } from '../scan/head.ts';
import { nameAt, wordsOf } from '../scan/words.ts';
import { assumedCharset, charsetOf, heldByAll } from './charsets.ts';
import { RULES } from './rules.ts';
import { type ReadStatement, type Scene, tableBefore } from './scene.ts';

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const isDropped = (scene: Scene, kind: string, name: string, table?: string): boolean =>
  scene.input.change.changes.some(
    ({ action, subject }) =>
      action === 'drop' &&
      subject.kind === kind &&
      same(subject.name, name) &&
      (table === undefined || same(subject.parent?.name ?? '', table)),
  );

const tablesAnew = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  if (!/^DROP TABLE|^DROP TEMPORARY/.test(facts.verb) || facts.verb.includes('TEMPORARY')) return [];
  return facts.tables.flatMap(({ name }) => {
    const table = tableBefore(scene, name);
    const renamed = scene.alters.some(
      (alter) => same(alter.table, name) && alter.clauses.some((clause) => clause[0]?.text === 'RENAME'),
    );
    if (!table || renamed || isDropped(scene, 'table', name)) return [];
    const hazard = hazardOf(RULES.dropTable, {
      subject: describeSubject(table),
      message: `${describeSubject(table)} is dropped with all of its rows, and one of the same name is made.`,
      probe: rowsProbe(table, quote),
      at: planned,
    });
    return [fitToTable(hazard, table, scene.input)];
  });
};

const columnsAnew = (scene: Scene, alter: Alter): Hazard[] => {
  const table = tableBefore(scene, alter.table);
  if (!table) return [];
  return alter.clauses.flatMap((clause) => {
    const found = clauseColumn(clause);
    const isColumn = found?.verb === 'DROP' && !NOT_COLUMNS.test(clause[1]?.text ?? '');
    const column = isColumn && found ? childOf(table, 'column', found.column) : undefined;
    if (!column || isDropped(scene, 'column', column.name, table.name)) return [];
    const subject = subjectOf(column, table);
    const hazard = hazardOf(RULES.dropColumn, {
      subject,
      message: `${describeSubject(subject)} is dropped with all of its values, and one of the same name is added.`,
      probe: valuesProbe(table, column.name, quote),
      at: alter.planned,
    });
    return [fitToTable(hazard, table, scene.input)];
  });
};

const NOT_COLUMNS = /^(INDEX|KEY|PRIMARY|FOREIGN|CONSTRAINT|CHECK|PARTITION|PERIOD|SYSTEM)$/;

/** A trigger whose table no text tells. */
const unknownTriggers = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  if (facts.verb !== 'DROP TRIGGER') return [];
  const words = wordsOf(planned.statement.text);
  const head = objectHead(words);
  const name = head && nameAt(words, head.at)?.name;
  const known = scene.input.before.objects.some((table) =>
    table.children.some((child) => child.kind === 'trigger' && same(child.name, name ?? '')),
  );
  if (!name || known) return [];
  return [
    hazardOf(RULES.dropLogic, {
      subject: `trigger ${name}`,
      message: `trigger ${name} is dropped.`,
      at: planned,
    }),
  ];
};

const DISCARDS = /^(DISCARD)$/;

/** `DISCARD TABLESPACE` throws the table's file away. */
const discarded = (scene: Scene, alter: Alter): Hazard[] =>
  alter.clauses
    .filter((clause) => DISCARDS.test(clause[0]?.text ?? ''))
    .map(() =>
      fitToTable(
        hazardOf(RULES.dropTable, {
          subject: `table ${alter.table}`,
          message: `The file with every row of table ${alter.table} is thrown away.`,
          at: alter.planned,
        }),
        { namespace: null, name: alter.table },
        scene.input,
      ),
    );

/** `IMPORT TABLESPACE` takes a file for the rows. */
const imported = (alter: Alter): Hazard[] =>
  alter.clauses
    .filter(([first]) => first?.text === 'IMPORT')
    .map(() =>
      hazardOf(processRule('x-dynamic-sql'), {
        subject: `table ${alter.table}`,
        message: `The rows of table ${alter.table} come from a file, and what is in it the text does not show.`,
        at: alter.planned,
      }),
    );

/** Whether texts alone leave open what the columns are in, or say that it is another character set. */
const isConverted = (scene: Scene, alter: Alter, to: string | undefined): boolean => {
  const table = tableBefore(scene, alter.table);
  if (!table) return false;
  if (table.attributes.assumed === true) return true;
  const from = charsetOf(table.attributes.collation ?? assumedCharset(scene));
  return scene.input.sentByOthers === true && to !== undefined && from !== charsetOf(to.toLowerCase());
};

/** A conversion whose columns no text tells; where a live schema tells them, each of them speaks for itself. */
const converted = (scene: Scene, alter: Alter): Hazard[] =>
  alter.clauses.flatMap((clause) => {
    const at = clause.findIndex((word) => /^(SET|CHARSET)$/.test(word.text));
    const to = clause[at + 1]?.value;
    if (clause[0]?.text !== 'CONVERT' || at < 0 || !isConverted(scene, alter, to)) return [];
    const message = `Every text column of table ${alter.table} is converted to ${to ?? 'another character set'}.`;
    const found = hazardOf(RULES.charset, { subject: `table ${alter.table}`, message, at: alter.planned });
    return [heldByAll(found, '', charsetOf(to?.toLowerCase()))];
  });

/** What the difference does not show. */
export const anewHazards = (scene: Scene): Hazard[] => [
  ...scene.statements.flatMap((one) => [...tablesAnew(scene, one), ...unknownTriggers(scene, one)]),
  ...scene.alters.flatMap((alter) => [
    ...columnsAnew(scene, alter),
    ...discarded(scene, alter),
    ...imported(alter),
    ...converted(scene, alter),
  ]),
];
