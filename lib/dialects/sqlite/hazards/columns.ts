// Hazards of ADD COLUMN: what the engine refuses, always or where the table has rows
// (https://sqlite.org/lang_altertable.html#altertabaddcol). Pure.
import { type Hazard, type HazardRule, hazardOf, type Probe } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject } from '../../../schema/index.ts';
import type { ColumnDefinition, Expr } from '../parse.ts';
import type { Followed } from './lineage.ts';
import { RULES } from './rules.ts';
import { columnSubject, fitted, isMended, quoted, type Scene } from './scene.ts';

type Constraint = ColumnDefinition['constraints'][number]['constraint'];

/** One statement on a table of the beginning. */
export interface Place {
  readonly scene: Scene;
  readonly followed: Followed;
  readonly table: SchemaObject;
}

/** A hazard of that statement. */
export const at = (
  place: Place,
  rule: HazardRule,
  parts: { subject: string; message: string; probe?: Probe; willFail?: boolean },
): Hazard => hazardOf(rule, { ...parts, at: place.followed.at });

/** The engine looks for rows before it refuses (sqlite3ErrorIfNotEmpty in alter.c). */
const ifRows = ({ table, scene }: Place): Probe => ({
  question: `rows in ${describeSubject(table)}`,
  sql: `SELECT count(*) FROM ${quoted(table)}`,
  positive: isMended(scene, table, 'takes away') ? 'may-fail' : 'will-fail',
  zero: 'dismiss',
});

const stripped = (expr: Expr): Expr =>
  expr.type === 'ParenthesizedExpr' && expr.exprs[0] && expr.exprs.length === 1
    ? stripped(expr.exprs[0])
    : expr;

const isLiteral = (expr: Expr): boolean =>
  [
    'NumericLiteral',
    'StringLiteral',
    'BlobLiteral',
    'NullLiteral',
    'KeywordLiteral',
    'Id',
    'NameExpr',
  ].includes(expr.type);

/** What the engine can store as the default of rows that exist: a literal, perhaps signed. */
const isConstant = (expr: Expr): boolean => {
  const inner = stripped(expr);
  return isLiteral(inner) || (inner.type === 'UnaryExpr' && isLiteral(stripped(inner.expr)));
};

const find = <T extends Constraint['type']>(
  column: ColumnDefinition,
  type: T,
): Extract<Constraint, { type: T }> | undefined => {
  for (const { constraint } of column.constraints) {
    if (isType(constraint, type)) return constraint;
  }
  return undefined;
};

const isType = <T extends Constraint['type']>(
  constraint: Constraint,
  type: T,
): constraint is Extract<Constraint, { type: T }> => constraint.type === type;

/** The hazards of one added column. */
export const addedColumn = (place: Place, column: ColumnDefinition): Hazard[] => {
  const subject = describeSubject(columnSubject(place.table, column.colName.text));
  const preset = find(column, 'DefaultColumnConstraint')?.expr;
  const isNull = preset === undefined || stripped(preset).type === 'NullLiteral';
  const required = column.constraints.some(
    ({ constraint }) => constraint.type === 'NotNullColumnConstraint' && !constraint.nullable,
  );
  const generated = find(column, 'GeneratedColumnConstraint');
  const stored = generated?.typ?.name.toUpperCase() === 'STORED';
  const hazards: Hazard[] = [];
  const add = (rule: HazardRule, message: string, more: { probe?: Probe; willFail?: boolean }): void => {
    hazards.push(fitted(at(place, rule, { subject, message, ...more }), place.table, place.scene));
  };
  if (find(column, 'UniqueColumnConstraint') || find(column, 'PrimaryKeyColumnConstraint')) {
    add(RULES.addUnique, `${subject} is added as a key, which ALTER TABLE refuses.`, { willFail: true });
  }
  if (required && isNull && !generated) {
    add(RULES.addNotNull, `${subject} is added NOT NULL without a default.`, { probe: ifRows(place) });
  }
  if (preset && !isConstant(preset)) {
    add(RULES.addDefault, `${subject} is added with a default that is not a constant.`, {
      probe: ifRows(place),
    });
  }
  if (
    find(column, 'ForeignKeyColumnConstraint') &&
    !isNull &&
    place.scene.conditions(place.followed).foreignKeys
  ) {
    add(RULES.addReferences, `${subject} is added with a key and a default that is not NULL.`, {
      probe: ifRows(place),
    });
  }
  if (stored)
    add(RULES.addStored, `${subject} is added as a STORED generated column.`, { probe: ifRows(place) });
  else if (find(column, 'CheckColumnConstraint') || (generated && required)) {
    add(RULES.addCheck, `${subject} is added with a rule that every existing row is tested against.`, {});
  }
  return hazards;
};
