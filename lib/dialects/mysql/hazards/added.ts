// Hazards of columns that come: what the rows that are there get for them, and what that costs. From the structure. Pure.
import type { Hazard, Probe } from '../../../risk/index.ts';
import { type Change, describeSubject } from '../../../schema/index.ts';
import { quote } from '../quote.ts';
import { RULES } from './rules.ts';
import { clausesOn, finding, type Scene, tableBefore } from './scene.ts';
import { parseType } from './types.ts';

type Created = Extract<Change, { action: 'create' | 'drop' }>;

const DATES = /^(date|datetime|timestamp)$/;

/** Types that have no implicit value: the statement fails where there are rows (manual, "Data Type Default Values"). */
const SPATIAL =
  /^(geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geometrycollection|geomcollection)$/;

/** The value that existing rows get (manual, "Data Type Default Values"). */
const implicitValue = (type: string): string => {
  const { base, members } = parseType(type);
  if (base === 'enum') return `'${members[0] ?? ''}'`;
  if (/int|decimal|float|double|bit|year/.test(base)) return '0';
  return DATES.test(base) ? "'0000-00-00'" : "''";
};

const rowsProbe = (table: string, fails: boolean): Probe => ({
  question: `rows in table ${table}`,
  sql: `SELECT COUNT(*) FROM ${quote(table)}`,
  positive: fails ? 'will-fail' : 'changes-values',
  zero: 'dismiss',
});

/** Django's way: ADD COLUMN with a DEFAULT, and another statement that takes it away. */
const cameWithDefault = (scene: Scene, table: string, column: string): boolean =>
  clausesOn(scene, table).some(
    (found) =>
      found.verb === 'ADD' &&
      found.column.toLowerCase() === column.toLowerCase() &&
      found.rest.some(({ kind, text }) => kind === 'word' && text === 'DEFAULT'),
  );

/** The hazards of a column that comes to a table that is there. */
export const addedColumn = (scene: Scene, change: Created): Hazard[] => {
  const { subject, object } = change;
  const table = subject.parent?.name;
  if (table === undefined || !tableBefore(scene, table)) return [];
  const { nullable, type, generated, generatedAs, autoIncrement } = object.attributes;
  const what = describeSubject(subject);
  if (autoIncrement === true) {
    return [
      finding(scene, {
        rule: RULES.addAutoIncrement,
        subject,
        table,
        message: `${what} numbers every existing row.`,
        grows: true,
      }),
    ];
  }
  if (generated !== undefined) {
    if (generatedAs !== 'stored') return [];
    return [
      finding(scene, {
        rule: RULES.addStored,
        subject,
        table,
        message: `${what} is computed and stored for every row.`,
        grows: true,
      }),
    ];
  }
  if (nullable !== false || object.attributes.default !== undefined) return [];
  const { base } = parseType(String(type));
  if (cameWithDefault(scene, table, subject.name)) {
    const message = `${what} is required, and its default goes again: rows that are there have it, and INSERT statements that do not name the column fail.`;
    return [finding(scene, { rule: RULES.addRequired, subject, table, message })];
  }
  const dated = DATES.test(base) || SPATIAL.test(base);
  const refused =
    SPATIAL.test(base) || (dated && scene.strict && /NO_ZERO_DATE|TRADITIONAL/.test(scene.sqlMode));
  const message = refused
    ? `${what} is required and has no default: with rows in the table it fails.`
    : `${what} is required and has no default: existing rows get ${implicitValue(String(type))}.`;
  const rule = dated ? RULES.addRequiredDate : RULES.addRequired;
  return [finding(scene, { rule, subject, table, message, probe: rowsProbe(table, refused) })];
};
