// Keys and checks that meet the new values of a column which gets another type. Pure.
import type { Hazard, PlannedStatement } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject, type Subject, subjectOf } from '../../../schema/index.ts';
import { tableAfter } from './foreseen.ts';
import { brokenProbe, duplicatesProbe } from './key-probes.ts';
import { isCitext, misfits, TEXTS, typeOf } from './misfits.ts';
import { RULES } from './rules.ts';
import { listOf, onTable, type Scene } from './scene.ts';
import { hasRows } from './trials.ts';
import { isLossy } from './type-pairs.ts';
import { isComputed } from './using.ts';

/** A column that gets another type, as the server prints both. */
export interface TypeChange {
  readonly subject: Subject;
  readonly table: SchemaObject;
  readonly from: string;
  readonly to: string;
  readonly at: PlannedStatement | undefined;
}

/** Whether a key or index of the table holds the column. */
export const isIndexed = ({ table, subject }: Pick<TypeChange, 'table' | 'subject'>): boolean =>
  table.children.some(
    (child) =>
      ['index', 'unique', 'primary-key'].includes(child.kind) &&
      listOf(child, 'columns').some((part) => part === subject.name || namesColumn(part, subject.name)),
  );

/** Checks that name the column: they are made anew with it, and read every row although nothing is rewritten. */
export const checkedAnew = (scene: Scene, { table, subject, to, at }: TypeChange): Hazard[] =>
  table.children
    .filter(
      ({ kind, attributes }) =>
        kind === 'check' &&
        attributes.validated !== false &&
        (names(attributes.columns).includes(subject.name) ||
          namesColumn(String(attributes.expression ?? ''), subject.name)),
    )
    .map((check) => {
      const own = subjectOf(check, table);
      const message = `${describeSubject(own)} is checked anew for every row under ACCESS EXCLUSIVE, for ${describeSubject(subject)} becomes ${to}.`;
      return onTable(scene, RULES.addCheck, { table, subject: own, message, at });
    });

/** Keys of the table as it will be that hold the column: different values of the old type can be one of the new. */
export const repeatedAnew = (scene: Scene, change: TypeChange): Hazard[] => {
  const { table, subject, from, to, at } = change;
  const [before, after] = [typeOf(from), typeOf(to)];
  const mayMeet =
    isCitext(after) ||
    isLossy(before, after) ||
    isComputed(scene, at, subject.name) ||
    misfits(subject.name, before, after) !== null ||
    (TEXTS.has(before.base) && !TEXTS.has(after.base));
  if (!hasRows(scene) || !mayMeet) return [];
  return ofColumn(scene, change, /^(index|unique|primary-key)$/)
    .filter(({ kind, attributes }) => kind !== 'index' || attributes.unique === true)
    .flatMap((key) => {
      const probe = duplicatesProbe(scene, { table, key, at });
      const message = `${describeSubject(subjectOf(key, table))} is built anew: values that differ as ${from} may be one as ${to}.`;
      return probe
        ? [
            onTable(scene, RULES.uniqueDuplicates, {
              table,
              subject: subjectOf(key, table),
              message,
              probe,
              at,
            }),
          ]
        : [];
    });
};

/** Keys and checks that a rewrite tries on the new values; that they are read is told with the rewrite. */
export const brokenAnew = (scene: Scene, change: TypeChange): Hazard[] => {
  const { table, to, at, subject } = change;
  if (!hasRows(scene)) return [];
  const checks = ofColumn(scene, change, /^check$/).flatMap((key) => {
    const probe = key.attributes.validated === false ? undefined : brokenProbe(scene, { table, key, at });
    const own = subjectOf(key, table);
    const message = `${describeSubject(own)} is checked with ${describeSubject(subject)} as ${to}.`;
    return probe
      ? [
          onTable(scene, RULES.rowsRefused, {
            table,
            subject: own,
            message,
            probe: { ...probe, zero: 'dismiss' },
            at,
          }),
        ]
      : [];
  });
  return [...repeatedAnew(scene, change), ...checks];
};

/** Keys or checks of the table as it will be that name the column, and were there before. */
const ofColumn = (scene: Scene, { table, subject }: TypeChange, kinds: RegExp): readonly SchemaObject[] =>
  (tableAfter(scene, table)?.children ?? []).filter(
    (child) =>
      kinds.test(child.kind) &&
      table.children.some(({ kind, name }) => kind === child.kind && name === child.name) &&
      [...listOf(child, 'columns'), String(child.attributes.expression ?? '')].some(
        (part) => part === subject.name || namesColumn(part, subject.name),
      ),
  );

const names = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const namesColumn = (expression: string, column: string): boolean =>
  (expression.match(/"(?:[^"]|"")+"|\w+/g) ?? []).some((word) => word.replaceAll('"', '') === column);
