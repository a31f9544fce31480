// Hazards of tables that are copied into a new one: what the copy leaves behind, what goes with the old table, and what the manual's
// twelve steps would have kept (https://sqlite.org/lang_altertable.html#otheralter). Pure.
import { type Hazard, hazardOf, isLarge, lowered, tableKey } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject } from '../../../schema/index.ts';
import { fold, literal, quote } from '../rules.ts';
import { cascades, isMoved, type Moved } from './cascades.ts';
import { isCopied } from './drops.ts';
import { unchecked } from './orphans.ts';
import { RULES } from './rules.ts';
import {
  columnOf,
  columnSubject,
  columnsOf,
  fitted,
  names,
  quoted,
  type Rebuild,
  type Scene,
  tableBefore,
} from './scene.ts';
import { changedValues } from './values.ts';

/** Columns that hold nothing of their own are made anew by the engine. */
const isStored = (column: SchemaObject): boolean => column.attributes.generated === undefined;

/** Columns that the new table has too but that the copy does not fill; those that it lacks are in the structure. */
const emptied = (scene: Scene, moved: Moved): Hazard[] => {
  const { table, holder } = moved;
  const after = scene.input.after.objects.find(
    (object) => object.kind === 'table' && fold(object.name) === holder.name,
  );
  const sameName = holder.name === fold(table.name);
  return columnsOf(table).flatMap((column) => {
    if (!isStored(column) || isCopied(holder.holding.columns.values(), column.name)) return [];
    if (sameName && after && !columnOf(after, column.name)) return [];
    const subject = columnSubject(table, column.name);
    const kept =
      after && columnOf(after, column.name) ? ', although the new table has a column of that name' : '';
    const hazard = hazardOf(RULES.columnLost, {
      subject,
      message: `${describeSubject(subject)} is not copied${kept}: its values are lost.`,
      probe: {
        question: `rows with a value in ${describeSubject(subject)}`,
        sql: `SELECT count(*) FROM ${quoted(table)} WHERE ${quote(column.name)} IS NOT NULL`,
        positive: 'loses-values',
        zero: 'lower',
      },
      at: holder.holding.at,
    });
    return [fitted(hazard, table, scene)];
  });
};

const rowsLost = (scene: Scene, moved: Moved): Hazard[] => {
  const { table, holder } = moved;
  const { partial, copies } = holder.holding;
  if (partial === null) return [];
  const subject = describeSubject(table);
  const named = copies.length > 0 && copies.every((copy) => copy.source === fold(table.name));
  const countable = named && copies.every((copy) => copy.partial?.startsWith('the SELECT') ?? true);
  const kept = copies.map((copy) => ` - (SELECT count(*) FROM (${copy.select}))`).join('');
  const hazard = hazardOf(RULES.rowsLost, {
    subject,
    message: `The copy of ${subject} can leave rows out: ${partial}. What it leaves out is lost.`,
    probe: countable
      ? {
          question: `rows of ${subject} that the copy leaves out`,
          sql: `SELECT max(0, (SELECT count(*) FROM ${quoted(table)})${kept})`,
          positive: 'loses-rows',
          zero: 'lower',
        }
      : undefined,
    at: holder.holding.thinnedAt ?? holder.holding.at,
  });
  return [fitted(hazard, table, scene)];
};

const lostAttribute = (rebuild: Rebuild, owner: SchemaObject, attribute: string): Hazard =>
  hazardOf(RULES.constraintLost, {
    subject: owner.kind === 'column' ? columnSubject(rebuild.before, owner.name) : rebuild.before,
    message: `The new table no longer has the ${attribute} of ${describeSubject(owner.kind === 'column' ? columnSubject(rebuild.before, owner.name) : rebuild.before)}.`,
    at: rebuild.holder.created ?? rebuild.dropped.at.at,
  });

const TABLE_RULES: Readonly<Record<string, string>> = {
  strict: 'STRICT',
  withoutRowid: 'WITHOUT ROWID',
  autoincrement: 'AUTOINCREMENT',
};
const COLUMN_RULES: Readonly<Record<string, string>> = {
  collation: 'COLLATE',
  default: 'DEFAULT',
  generated: 'generated value',
};

const rulesLost = (rebuild: Rebuild): Hazard[] => {
  const { before, after } = rebuild;
  if (!after) return [];
  const lost = (from: SchemaObject, to: SchemaObject, words: Readonly<Record<string, string>>): Hazard[] =>
    Object.entries(words)
      .filter(([name]) => from.attributes[name] !== undefined && to.attributes[name] === undefined)
      .map(([, word]) => lostAttribute(rebuild, from, word));
  const columns = columnsOf(before).flatMap((column) => {
    const other = columnOf(after, column.name);
    return other ? lost(column, other, COLUMN_RULES) : [];
  });
  return [...lost(before, after, TABLE_RULES), ...columns];
};

/** Columns that the new table demands of every INSERT: the running application does not know them. */
const required = ({ input }: Scene, { before, after, holder, dropped }: Rebuild): Hazard[] => {
  if (!after || before.attributes.assumed === true) return [];
  const key = after.children.find(
    ({ kind, attributes }) => kind === 'primary-key' && attributes.rowid === true,
  );
  return columnsOf(after)
    .filter(
      ({ name, attributes }) =>
        !columnOf(before, input.moves?.column(before, name) ?? name) &&
        attributes.nullable === false &&
        attributes.default === undefined &&
        attributes.generated === undefined &&
        !(key && names(key, 'columns').includes(name)),
    )
    .map(({ name }) => {
      const subject = columnSubject(after, name);
      const message = `${describeSubject(subject)} is new, required and without a default: INSERT statements that do not name it fail.`;
      return hazardOf(RULES.newRequired, { subject, message, at: holder.created ?? dropped.at.at });
    });
};

/** What can hold a rowid: full-text tables over the table, and views and triggers that say so. */
const holdsRowids = (scene: Scene): boolean =>
  scene.input.before.objects.some((object) => {
    if (object.kind === 'table' && object.attributes.module !== undefined)
      return /content/.test(JSON.stringify(object.attributes.arguments ?? ''));
    const texts = [object, ...object.children].map((one) => String(one.attributes.definition ?? ''));
    return texts.some((text) => /\b(?:rowid|oid|_rowid_)\b/i.test(text));
  });

const rowids = (scene: Scene, { before, holder, dropped }: Rebuild): Hazard[] => {
  const key = before.children.find((child) => child.kind === 'primary-key');
  if (
    key?.attributes.rowid === true ||
    before.attributes.withoutRowid === true ||
    before.attributes.module !== undefined
  )
    return [];
  if (isCopied(holder.holding.columns.values(), 'rowid')) return [];
  const message = `${describeSubject(before)} has no INTEGER PRIMARY KEY, so its rows get new rowids.`;
  const hazard = hazardOf(RULES.rowid, { subject: before, message, at: dropped.at.at });
  return [
    holdsRowids(scene)
      ? fitted(hazard, before, scene)
      : lowered(hazard, 'no view, trigger or full-text table of the schema mentions rowids'),
  ];
};

const counters = (scene: Scene, rebuild: Rebuild): Hazard[] => {
  const { before, after, dropped } = rebuild;
  if (before.attributes.autoincrement !== true || after?.attributes.autoincrement !== true) return [];
  const kept = scene.lineage.statements.some(({ at }) => /sqlite_sequence/i.test(at.statement.text));
  const key = before.children.find((child) => child.kind === 'primary-key');
  const column = key && names(key, 'columns')[0];
  if (kept || column === undefined) return [];
  const hazard = hazardOf(RULES.autoincrement, {
    subject: before,
    message: `The counter of ${describeSubject(before)} begins anew behind its highest id.`,
    probe: {
      question: `ids above the highest one in ${describeSubject(before)} that were given before`,
      sql: `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ${literal(before.name)}), 0) - coalesce((SELECT max(${quote(column)}) FROM ${quoted(before)}), 0)`,
      positive: 'changes-values',
      zero: 'dismiss',
    },
    at: dropped.at.at,
  });
  return [hazard];
};

const whole = (scene: Scene, rebuild: Rebuild): Hazard[] => {
  const { before, dropped, holder } = rebuild;
  const subject = describeSubject(before);
  const at = holder.created ?? dropped.at.at;
  const hazard = fitted(
    hazardOf(RULES.rebuild, {
      subject,
      message: `${subject} is rebuilt: every row is copied into a new table.`,
      at,
    }),
    before,
    scene,
    true,
  );
  const hazards = [hazard];
  const size = scene.input.sizes.get(tableKey(before));
  if (size && isLarge(size)) {
    const message = `Rebuilding ${subject} needs room for a second copy of it${size.bytes === null ? '' : ` (${size.bytes} bytes)`}.`;
    hazards.push(hazardOf(RULES.space, { subject, message, at }));
  }
  if (holder.wrongOrder) {
    const message = `${subject} is renamed away before the new table is made: keys, triggers and views follow the old one, which is then dropped.`;
    hazards.push(hazardOf(RULES.wrongOrder, { subject, message, at }));
  }
  return hazards;
};

/** Names that tools give to the new table: Prisma's and Alembic's, as of their sources. */
const TEMPORARY = /^(?:new_|_alembic_tmp_)(.+)$/i;

const stale = (scene: Scene): Hazard[] =>
  scene.input.before.objects.flatMap((object) => {
    const real = object.kind === 'table' ? TEMPORARY.exec(object.name)?.[1] : undefined;
    const isLeftover =
      real !== undefined &&
      (object.name.startsWith('_alembic') || tableBefore(scene.input, real) !== undefined);
    if (!isLeftover) return [];
    const made = scene.lineage.statements.find(
      ({ tree }) =>
        tree?.type === 'CreateTableStmt' &&
        !tree.ifNotExists &&
        fold(tree.tblName.objName.text) === fold(object.name),
    );
    const subject = describeSubject(object);
    const message = made
      ? `${subject} exists, left by an interrupted rebuild; creating it again fails.`
      : `${subject} exists, as a rebuild of ${real} that was interrupted would leave it.`;
    return [hazardOf(RULES.staleTable, { subject, message, at: made?.at, willFail: made !== undefined })];
  });

/** A rebuild of a table that no text made: what its copy leaves out is not known. */
const unknownColumns = ({ before, holder }: Rebuild): Hazard[] =>
  before.attributes.assumed === true
    ? [
        hazardOf(RULES.columnLost, {
          subject: describeSubject(before),
          message: `The texts do not tell which columns ${describeSubject(before)} had: what the copy does not name is lost.`,
          at: holder.holding.at,
        }),
      ]
    : [];

/** The hazards of every table that is rebuilt, and of copies under another name. */
export const rebuildHazards = (scene: Scene): Hazard[] => [
  ...[...scene.rebuilds.values()].flatMap((rebuild) => [
    ...whole(scene, rebuild),
    ...unknownColumns(rebuild),
    ...rulesLost(rebuild),
    ...required(scene, rebuild),
    ...rowids(scene, rebuild),
    ...counters(scene, rebuild),
  ]),
  ...scene.lineage.dropped
    .filter(isMoved)
    .flatMap((moved) => [
      ...emptied(scene, moved),
      ...changedValues(scene, moved),
      ...rowsLost(scene, moved),
      ...cascades(scene, moved),
      ...unchecked(scene, moved),
    ]),
  ...stale(scene),
];
