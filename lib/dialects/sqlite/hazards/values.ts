// Hazards of what a copy does to values: columns that change places, are cut, computed, or put into others. Pure.
import { type Hazard, hazardOf, type Probe, valuesProbe } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject } from '../../../schema/index.ts';
import { fold, quote } from '../rules.ts';
import type { Moved } from './cascades.ts';
import type { Filled } from './copies.ts';
import { isCopied } from './drops.ts';
import { RULES } from './rules.ts';
import { columnOf, columnSubject, columnsOf, fitted, quoted, type Scene } from './scene.ts';

/** Counts the rows whose value is another one by what the copy says. */
const changedProbe = (table: SchemaObject, column: string, { said }: Filled): Probe => {
  const values = valuesProbe(table, column, quote);
  if (!said) return { ...values, positive: 'changes-values' };
  const alias = said.alias === null ? '' : ` AS ${quote(said.alias)}`;
  const own = quote(column);
  return {
    question: `rows whose ${describeSubject(columnSubject(table, column))} gets another value`,
    sql: `SELECT count(*) FROM ${quoted(table)}${alias} WHERE ${own} IS NOT NULL AND ${own} IS NOT (${said.sql})`,
    positive: 'changes-values',
    zero: 'dismiss',
  };
};

/** Longer expressions are told by their beginning. */
const LONGEST = 60;
const short = (sql: string): string => (sql.length > LONGEST ? `${sql.slice(0, LONGEST)}...` : sql);

const NUMBERS = /^(INTEGER|REAL|NUMERIC)$/;

/** Whether a cast makes numbers of what may be none: it takes 0 for them (https://sqlite.org/lang_expr.html#castexpr). */
const castsAway = (scene: Scene, { holder }: Moved, column: SchemaObject): boolean => {
  const own = holder.holding.columns.get(fold(column.name));
  const table = scene.input.after.objects.find(
    ({ kind, name }) => kind === 'table' && fold(name) === holder.name,
  );
  const to = table && columnOf(table, column.name)?.attributes.affinity;
  const from = column.attributes.affinity;
  return (
    /\bCAST\b/i.test(own?.said?.sql ?? '') && NUMBERS.test(String(to)) && from !== to && from !== 'INTEGER'
  );
};

const ofColumn = (scene: Scene, moved: Moved, column: SchemaObject): Hazard[] => {
  const { table, holder } = moved;
  const { columns } = holder.holding;
  const name = fold(column.name);
  const own = columns.get(name);
  if (own?.kept === name && !castsAway(scene, moved, column)) return [];
  const subject = columnSubject(table, column.name);
  const what = describeSubject(subject);
  const make = (message: string, probe: Probe): Hazard[] => [
    fitted(hazardOf(RULES.valuesChanged, { subject, message, probe, at: holder.holding.at }), table, scene),
  ];
  const isKept = [...columns].some(([target, { kept }]) => target !== name && kept === name);
  // What nothing is made of is lost, which is another hazard's; what changes places is nowhere lost, and yet no longer what it was.
  if (own && (own.plain === null ? own.from.includes(name) && !isKept : isKept)) {
    const by = own.said ? `with ${short(own.said.sql)}` : 'with other values';
    return make(
      `${what} is filled ${by}, which need not be what it holds.`,
      changedProbe(table, column.name, own),
    );
  }
  if (own || isKept || !isCopied(columns.values(), column.name)) return [];
  const message = `${what} is kept only as a part of what other columns are filled with.`;
  return make(message, { ...valuesProbe(table, column.name, quote), positive: 'changes-values' });
};

/** Values that the copy of a table does not keep as they are. */
export const changedValues = (scene: Scene, moved: Moved): Hazard[] =>
  columnsOf(moved.table)
    .filter(({ attributes }) => attributes.generated === undefined)
    .flatMap((column) => ofColumn(scene, moved, column));
