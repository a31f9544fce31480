// Hazards of statements that change rows: everything at once, too much at once, nothing kept. Pure.
import type { Subject } from '../schema/index.ts';
import { alwaysTrue, findWord, whereOf } from './clauses.ts';
import { fillsNewColumns } from './fills.ts';
import { adjusted, hazardOf } from './hazard.ts';
import { joinRestricts } from './joins.ts';
import { everyRow } from './keys.ts';
import { assignsTruth, comparesNull, comparesTwice } from './misread.ts';
import { type Hazard, type Probe, tableKey } from './model.ts';
import { fitToTarget, type Read, type Text, tableNamed } from './reading.ts';
import { replaceHazards } from './replaces.ts';
import { processRule } from './rules.ts';
import { rowsProbe } from './structural.ts';

/** From here on a statement over a whole table is felt. */
const MANY_ROWS = 100_000;
/** No table has so many rows. */
const BEYOND_ANY_TABLE = 1_000_000_000_000;

const subjectOf = (one: Read): string => `table ${one.change?.target.name ?? ''}`;

const knownTable = (one: Read, { input, context }: Text): Pick<Subject, 'namespace' | 'name'> | null =>
  one.change && tableNamed(input, one.change.target, context.fold);

const allRows = (one: Read, text: Text): Probe | undefined => {
  const table = knownTable(one, text);
  if (!table) return undefined;
  const probe = rowsProbe(table, text.context.quote);
  return one.change?.verb === 'update' ? { ...probe, positive: 'changes-values' } : probe;
};

/** Position of a table's name among the tokens, from a position on. */
const namedFrom = (one: Read, from: number): boolean =>
  one.reading.tokens
    .slice(from)
    .some((token) => (token.value ?? token.text).toUpperCase() === one.change?.target.name.toUpperCase());

/** A LIMIT that a table can reach; what is larger than any table limits nothing. */
const isLimited = ({ reading }: Read): boolean => {
  const limit = findWord(reading, ['LIMIT']);
  return limit >= 0 && !(Number(reading.tokens[limit + 1]?.text) >= BEYOND_ANY_TABLE);
};

/**
 * A join can restrict the rows without any WHERE: where it has a condition and the table itself is part of it. That is not
 * so for `UPDATE t SET ... FROM a JOIN b ON ...` nor for `DELETE FROM t USING a`: every row of t meets some row of a.
 */
const joins = (one: Read): boolean => {
  const { reading } = one;
  if (findWord(reading, ['PORTION']) >= 0 || isLimited(one)) return true;
  const join = findWord(reading, ['JOIN', 'STRAIGHT_JOIN']);
  if (join < 0 || !one.change) return false;
  const set = findWord(reading, ['SET']);
  if (one.change.verb === 'update' && set < join) return false;
  const using = findWord(reading, ['USING']);
  if (using >= 0 && using < join && !namedFrom(one, using)) return false;
  const from = findWord(reading, ['FROM']);
  const list = using >= 0 && using < join ? using : one.change.verb === 'delete' ? from : 0;
  return joinRestricts(reading, one.change.target, list);
};

const whole = (one: Read, text: Text): Hazard[] => {
  const verb = one.change?.verb;
  if (verb !== 'delete' && verb !== 'update') return [];
  const where = whereOf(one.reading);
  const restricted = where !== null && !alwaysTrue(where, (part) => everyRow(part, one, text));
  if (restricted || (where === null && joins(one))) return [];
  const code =
    where !== null ? 'x-where-always-true' : verb === 'delete' ? 'x-delete-no-where' : 'x-update-no-where';
  const what = verb === 'delete' ? 'deletes every row' : 'changes every row';
  const hazard = hazardOf(processRule(code), {
    subject: subjectOf(one),
    message: `The statement ${what} of ${subjectOf(one)}${where === null ? '' : '; its WHERE clause restricts nothing'}.`,
    probe: allRows(one, text),
    at: one.planned,
  });
  const fits = fitToTarget(hazard, one, text);
  const onlyFills = fits.severity === 'destructive' && fillsNewColumns(one, text);
  return [onlyFills ? adjusted(fits, 'blocking', 'it fills only columns that this plan adds') : fits];
};

const misreadAs = (one: Read, message: string): Hazard =>
  hazardOf(processRule('x-misread-condition'), {
    subject: subjectOf(one),
    message: `In the statement on ${subjectOf(one)}, ${message}.`,
    at: one.planned,
  });

const misread = (one: Read, text: Text): Hazard[] => {
  const verb = one.change?.verb;
  if (verb !== 'delete' && verb !== 'update') return [];
  const said = [
    ...(verb === 'update' && assignsTruth(one.reading)
      ? ['a value joined by AND to a comparison is one truth value, and the second column keeps what it has']
      : []),
    ...(comparesTwice(one.reading)
      ? ['a comparison of a comparison asks whether its truth value, 0 or 1, compares so']
      : []),
  ];
  const found = said.map((message) => misreadAs(one, message));
  const never = comparesNull(one.reading)
    ? [
        adjusted(
          misreadAs(one, 'a comparison with NULL is never true; IS NULL asks for what has no value'),
          'breaking',
          'no row is met by it',
        ),
      ]
    : [];
  return [...found, ...never].map((hazard) => fitToTarget(hazard, one, text));
};

const large = (one: Read, text: Text): Hazard[] => {
  const table = knownTable(one, text);
  const size = table && text.input.sizes.get(tableKey(table));
  if (!table || !size || size.rows < MANY_ROWS || one.change?.verb === 'insert') return [];
  const rows = `${size.exact ? '' : 'about '}${size.rows.toLocaleString('en-US')}`;
  const message = `The statement works on ${subjectOf(one)}, which has ${rows} rows, in one transaction.`;
  return [hazardOf(processRule('x-large-dml'), { subject: subjectOf(one), message, at: one.planned })];
};

/** The statement's words, upper case, with a point for everything else. */
const wordsOf = (one: Read): string => `${one.reading.words.map((word) => word || '.').join(' ')} `;

const REPLACES = /^REPLACE |^INSERT OR REPLACE | ON DUPLICATE KEY UPDATE | DO UPDATE | REPLACE INTO /;

/** What a statement does to rows that are there; null where it only adds some. */
const doesToRows = (one: Read): string | null => {
  if (one.change?.verb === 'update') return 'overwritten';
  if (one.change?.verb === 'delete') return 'deleted';
  const words = wordsOf(one);
  if (one.change?.verb === 'merge') return / DELETE | UPDATE /.test(words) ? 'overwritten or deleted' : null;
  return REPLACES.test(words) ? 'overwritten where they exist' : null;
};

const unkept = (one: Read, text: Text): Hazard[] => {
  const does = doesToRows(one);
  if (does === null || fillsNewColumns(one, text)) return [];
  const message = `Rows of ${subjectOf(one)} are ${does}; nothing keeps what they were.`;
  return [
    hazardOf(processRule('x-dml-without-backup'), { subject: subjectOf(one), message, at: one.planned }),
  ];
};

/** `OR IGNORE`, `IGNORE`, `ON CONFLICT`, `ON DUPLICATE KEY`, `REPLACE`, `WHERE NOT EXISTS`: a second run does no harm. */
const repeatable = (one: Read): boolean =>
  /^REPLACE |^INSERT (OR )?(IGNORE|REPLACE)| ON CONFLICT | ON DUPLICATE KEY | NOT EXISTS | NOT IN /.test(
    wordsOf(one),
  );

const seed = (one: Read, text: Text): Hazard[] => {
  if (one.change?.verb !== 'insert' || repeatable(one)) return [];
  const message = `Rows are inserted into ${subjectOf(one)} without saying what happens where they exist.`;
  const hazard = hazardOf(processRule('x-insert-seed-conflict'), {
    subject: subjectOf(one),
    message,
    at: one.planned,
  });
  return [fitToTarget(hazard, one, text)];
};

/** The hazards of one statement's rows. Rows of a table that the plan itself made are nobody's loss. */
export const dataHazards = (one: Read, text: Text): Hazard[] => {
  if (!one.change || one.ofNewTable) return [];
  return [
    ...whole(one, text),
    ...misread(one, text),
    ...large(one, text),
    ...unkept(one, text),
    ...replaceHazards(one, text),
    ...seed(one, text),
  ];
};
