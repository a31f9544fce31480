// Hazards of code that the server runs by itself (events, triggers), of files that it reads, and of objects that no difference shows.
// From the text. Pure.
import {
  adjusted,
  fitToTable,
  type Hazard,
  type HazardRule,
  hazardOf,
  processRule,
} from '../../../risk/index.ts';
import { childOf } from '../../../schema/index.ts';
import type { Alter } from '../scan/alter.ts';
import { objectHead } from '../scan/head.ts';
import { nameAt, type Word, wordsOf } from '../scan/words.ts';
import { RULES } from './rules.ts';
import { countProbe, mended, type ReadStatement, type Scene, tableBefore } from './scene.ts';

const CHANGES = /^(DELETE|TRUNCATE|DROP|UPDATE|REPLACE|ALTER|CALL|EXECUTE|LOAD)$/;

/** The first thing that a body does to rows that are there, or that its text does not show; null where it only adds or reads. */
const deedOf = (body: readonly Word[], also?: RegExp): string | null =>
  body.find(
    ({ kind, text }, at) =>
      kind === 'word' && (CHANGES.test(text) || also?.test(text)) && body[at + 1]?.text !== '(',
  )?.text ?? null;

const indexOf = (words: readonly Word[], text: string, from: number): number =>
  words.findIndex((word, at) => at >= from && word.kind === 'word' && word.text === text);

/** `CREATE EVENT e ON SCHEDULE ... DO DELETE FROM t`, and what ALTER EVENT gives it to do or takes from it. */
const events = ({ planned, facts }: ReadStatement): Hazard[] => {
  if (!/^(CREATE|ALTER)\b.*\bEVENT$/.test(facts.verb)) return [];
  const words = wordsOf(planned.statement.text);
  const head = objectHead(words);
  const name = head && nameAt(words, head.at);
  if (!name) return [];
  const subject = `event ${name.name}`;
  const at = indexOf(words, 'DO', name.next);
  const clauses = at < 0 ? words.slice(name.next) : words.slice(name.next, at);
  const make = (rule: HazardRule, message: string): Hazard[] => [
    hazardOf(rule, { subject, message, at: planned }),
  ];
  const deed = at < 0 ? null : deedOf(words.slice(at + 1));
  if (deed !== null)
    return make(RULES.eventActs, `From now on the server itself runs ${deed} on a schedule, in ${subject}.`);
  const isEnded = clauses.some(({ text }) => text === 'DISABLE') && facts.verb.startsWith('ALTER');
  return isEnded ? make(RULES.dropLogic, `${subject} no longer runs.`) : [];
};

/** What a trigger does to each write of a running application. */
const triggers = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  const table = facts.tables[0]?.name;
  if (!/^CREATE\b.*\bTRIGGER$/.test(facts.verb) || table === undefined) return [];
  const words = wordsOf(planned.statement.text);
  const body = words.slice(indexOf(words, 'ROW', 0) + 1);
  const deed = deedOf(body, /^(SIGNAL|RESIGNAL)$/);
  const does = deed === null ? 'does more' : `also runs ${deed}`;
  const found = hazardOf(RULES.triggerActs, {
    subject: `table ${table}`,
    message: `From now on each write of its kind to table ${table} ${does}.`,
    at: planned,
  });
  const fitted = fitToTable(found, { namespace: null, name: table }, scene.input);
  return [
    deed === null ? adjusted(fitted, 'advice', 'it changes or refuses no rows that are there') : fitted,
  ];
};

/** Rows of a file: what they are is not in the text. */
const loads = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  const table = facts.tables[0]?.name;
  if (facts.verb !== 'LOAD' || table === undefined) return [];
  const words = wordsOf(planned.statement.text);
  const into = words[indexOf(words, 'INTO', 0) - 1]?.text;
  const [code, message] =
    into === 'REPLACE'
      ? ['x-replace-deletes-rows', `Rows of table ${table} that have a key of a row of the file are deleted.`]
      : ['x-insert-seed-conflict', `Rows of a file are inserted into table ${table}.`];
  const found = hazardOf(processRule(code), { subject: `table ${table}`, message, at: planned });
  return into === 'IGNORE' ? [] : [fitToTable(found, { namespace: null, name: table }, scene.input)];
};

/** Objects that no snapshot holds. */
const UNSEEN = /^DROP (?:UNDO )?(SERVER|TABLESPACE|LOGFILE|LIBRARY|RESOURCE|SPATIAL)$/;

const others = ({ planned, facts }: ReadStatement): Hazard[] => {
  const words = wordsOf(planned.statement.text);
  const make = (rule: HazardRule, subject: string, message: string): Hazard =>
    hazardOf(rule, { subject, message, at: planned });
  const gone = UNSEEN.exec(facts.verb)?.[1];
  if (gone) return [make(RULES.dropLogic, gone.toLowerCase(), `The ${gone.toLowerCase()} is dropped.`)];
  const head = objectHead(words);
  const name = head && nameAt(words, head.at);
  const replaced = /^(?:ALTER\b.*\b(VIEW)|CREATE OR REPLACE (EVENT|SERVER))$/.exec(facts.verb);
  if (replaced && name) {
    const subject = `${(replaced[1] ?? replaced[2] ?? '').toLowerCase()} ${name.name}`;
    const message = `The ${subject} is replaced by what the statement says.`;
    return [make(processRule('x-create-or-replace'), subject, message)];
  }
  if (!/^ALTER (DATABASE|SCHEMA)$/.test(facts.verb)) return [];
  const only = indexOf(words, 'ONLY', 0);
  const value = words[words[only + 1]?.text === '=' ? only + 2 : only + 1]?.text;
  if (only > 0 && words[only - 1]?.text === 'READ' && value === '1')
    return [make(RULES.explicitLock, 'database', 'Every write to the database is refused from now on.')];
  if (!words.some(({ text }) => /^(CHARACTER|CHARSET|COLLATE)$/.test(text))) return [];
  const message =
    'Tables that are made from now on get another character set; those that are there keep theirs.';
  return [adjusted(make(RULES.changeDefault, 'database', message), 'advice', 'it is about tables that come')];
};

/** `DEFAULT CHARACTER SET = utf8mb4`, `COLLATE utf8mb4_bin`, as options of the table. */
const isCharset = (clause: readonly Word[]): boolean => {
  const [first, second] = clause[0]?.text === 'DEFAULT' ? clause.slice(1) : clause;
  return (
    /^(CHARSET|COLLATE)$/.test(first?.text ?? '') || (first?.text === 'CHARACTER' && second?.text === 'SET')
  );
};

/** A check that is enforced again is a check that comes: every row is read (manual, "ALTER TABLE"). */
const enforced = (scene: Scene, alter: Alter, name: string): Hazard[] => {
  const table = tableBefore(scene, alter.table);
  const found = table && childOf(table, 'check', name);
  const expression = found?.attributes.expression;
  const message = `${name} of table ${alter.table} is enforced from now on, and every row is read.`;
  const probe =
    table && typeof expression === 'string'
      ? countProbe(table, {
          question: `rows of table ${table.name} that fail the check`,
          where: `NOT (${expression})`,
          positive: mended(scene, table.name) ? 'may-fail' : 'will-fail',
          zero: 'keep',
        })
      : undefined;
  const hazard = hazardOf(RULES.addCheck, {
    subject: `check ${name} on ${alter.table}`,
    message,
    probe,
    at: alter.planned,
  });
  return [fitToTable(hazard, { namespace: null, name: alter.table }, { ...scene.input, grows: true })];
};

/** `ALTER CHECK c NOT ENFORCED` is its end, and AUTO_INCREMENT an earlier beginning. */
const clauses = (scene: Scene, alter: Alter): Hazard[] =>
  alter.clauses.flatMap((clause) => {
    const words = clause.map(({ text }) => text);
    const table = { namespace: null, name: alter.table };
    const make = (rule: HazardRule, message: string): Hazard[] => [
      fitToTable(
        hazardOf(rule, { subject: `table ${alter.table}`, message, at: alter.planned }),
        table,
        scene.input,
      ),
    ];
    if (words[0] === 'ALTER' && words.at(-1) === 'ENFORCED')
      return words.at(-2) === 'NOT'
        ? make(
            RULES.dropConstraint,
            `${clause[2]?.value ?? 'A constraint'} of table ${alter.table} is no longer enforced.`,
          )
        : enforced(scene, alter, clause[2]?.value ?? '');
    if (isCharset(clause))
      return make(
        RULES.changeDefault,
        `Columns that table ${alter.table} gets from now on have another character set; those that are there keep theirs.`,
      ).map((found) => adjusted(found, 'advice', 'it is about columns that come'));
    const at = words.indexOf('AUTO_INCREMENT');
    const value = words[words[at + 1] === '=' ? at + 2 : at + 1];
    const isOption = at >= 0 && !/^(ADD|MODIFY|CHANGE)$/.test(words[0] ?? '') && /^\d+$/.test(value ?? '');
    if (!isOption) return [];
    const message = `Table ${alter.table} counts on from ${value}: what it gave to rows that are gone can come again.`;
    return make(RULES.sequenceSet, message).map((found) =>
      adjusted(found, 'advice', 'it never counts from below the highest number in use'),
    );
  });

/** Every hazard of what the server is told to do later, or from a file, or to objects that no snapshot holds. */
export const programHazards = (scene: Scene): Hazard[] => [
  ...scene.statements.flatMap((one) => [
    ...events(one),
    ...triggers(scene, one),
    ...loads(scene, one),
    ...others(one),
  ]),
  ...scene.alters.flatMap((alter) => clauses(scene, alter)),
];
