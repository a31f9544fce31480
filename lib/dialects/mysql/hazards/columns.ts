// Hazards of columns that change or come: types, NOT NULL, members, character sets, lost attributes. From the structure, with the
// question that the live rows answer. Pure.
import { adjusted, type Hazard, type HazardRule } from '../../../risk/index.ts';
import {
  type AttributeChange,
  type Change,
  childOf,
  describeSubject,
  type SchemaObject,
  type Subject,
} from '../../../schema/index.ts';
import { quote } from '../quote.ts';
import { addedColumn } from './added.ts';
import {
  bytesPerCharacter,
  charsetOf,
  collationOf,
  fullCollation,
  heldByAll,
  ignoresCase,
} from './charsets.ts';
import { RULES } from './rules.ts';
import {
  clausesOn,
  countProbe,
  finding,
  misfit,
  names,
  type Scene,
  tableAfter,
  tableBefore,
} from './scene.ts';
import { type Effect, typeEffect, whenCut } from './types.ts';
import { UNKNOWN, unknownBefore } from './unknown.ts';

type Altered = Extract<Change, { action: 'alter' }>;

/** One changed column of one table. */
interface Site {
  readonly scene: Scene;
  readonly subject: Subject;
  readonly table: string;
  readonly column: string;
  readonly before: SchemaObject;
  /** The table as it is before the plan. */
  readonly owner: SchemaObject;
}

const EFFECT_RULES: Readonly<Record<Exclude<Effect, 'none'>, HazardRule>> = {
  'narrow-int': RULES.narrowInt,
  'narrow-decimal': RULES.narrowDecimal,
  'narrow-string': RULES.narrowString,
  'narrow-temporal': RULES.narrowTemporal,
  'binary-pad': RULES.binaryPad,
  lossy: RULES.lossyType,
  'varchar-bytes': RULES.varcharBytes,
  'members-removed': RULES.membersRemoved,
  'members-reordered': RULES.membersReordered,
  'members-grow': RULES.membersGrow,
  copy: RULES.changeType,
};

const typeHazards = (site: Site, change: AttributeChange): Hazard[] => {
  const { effect, where, misfits, cuts, leaves } = typeEffect(
    String(change.from),
    String(change.to),
    bytesPerCharacter(site.scene, site.before, site.owner),
  );
  if (effect === 'none') return [];
  const { scene, table, column, subject } = site;
  if (change.from === UNKNOWN) return unknownBefore(scene, { subject, table, to: String(change.to) });
  const probe =
    where === null
      ? undefined
      : countProbe(site.owner, {
          question: `rows with ${misfits} in ${describeSubject(subject)}`,
          where: where(column),
          positive: whenCut(cuts, misfit(scene, table)),
          zero: leaves ? 'keep' : 'lower',
        });
  const message = `${describeSubject(subject)} changes from ${String(change.from)} to ${String(change.to)}.`;
  return [finding(scene, { rule: EFFECT_RULES[effect], subject, table, message, probe, grows: true })];
};

const nullableHazards = (site: Site, change: AttributeChange): Hazard[] => {
  // The other direction is the shared structural rule's.
  if (change.to !== true) return [];
  const message = `${describeSubject(site.subject)} may hold NULL from now on.`;
  return [
    finding(site.scene, {
      rule: RULES.toNullable,
      subject: site.subject,
      table: site.table,
      message,
      grows: true,
    }),
  ];
};

const isInUniqueKey = (site: Site): boolean =>
  site.owner.children.some(
    (child) =>
      (child.kind === 'primary-key' || child.attributes.unique === true) &&
      names(child, 'columns').includes(site.column),
  );

/** Rows whose text is not the same after a way to the new character set and back. */
const lossyWhere = (column: string, to: string): string => {
  const now = `BINARY CONVERT(${quote(column)} USING utf8mb4)`;
  return `${now} <> BINARY CONVERT(CONVERT(${quote(column)} USING ${to}) USING utf8mb4)`;
};

/** The collations between which a column changes; null where it has none on either side, or the same. */
const recollated = (site: Site): { readonly from: string; readonly to: string } | null => {
  const { scene, before, owner, table, column } = site;
  const after = tableAfter(scene, table);
  const now = after && childOf(after, 'column', column);
  const [from, to] = [collationOf(scene, before, owner), collationOf(scene, now, after)];
  if (from === undefined || to === undefined) return null;
  const full = { from: fullCollation(scene, from), to: fullCollation(scene, to) };
  return full.from === full.to ? null : full;
};

const collationHazards = (site: Site, change: AttributeChange): Hazard[] => {
  const { scene, table, column, subject } = site;
  const stated = { from: change.from, to: change.to };
  const full = change.from === undefined || change.to === undefined ? recollated(site) : stated;
  if (full === null) return [];
  const [from, to] = [charsetOf(full.from), charsetOf(full.to)];
  if (from === '' || to === '') return [];
  const message = `${describeSubject(subject)} changes from ${String(full.from)} to ${String(full.to)}.`;
  if (from !== to && /^\w+$/.test(to)) {
    const probe = countProbe(site.owner, {
      question: `rows with characters in ${describeSubject(subject)} that ${to} lacks`,
      where: lossyWhere(column, to),
      positive: misfit(scene, table),
      zero: 'lower',
    });
    const found = finding(scene, { rule: RULES.charset, subject, table, message, probe, grows: true });
    return [heldByAll(found, from, to)];
  }
  const collation = String(full.to);
  if (!/^\w+$/.test(collation)) return [];
  if (!isInUniqueKey(site)) {
    const found = finding(scene, { rule: RULES.collation, subject, table, message });
    const isOther = ignoresCase(String(full.from)) !== ignoresCase(collation);
    const severity = isOther && found.severity === 'destructive' ? 'breaking' : 'advice';
    return [
      adjusted(found, severity, 'no unique key holds the column: what is found equal changes, and the order'),
    ];
  }
  const probe = {
    question: `groups of rows that are equal in ${describeSubject(subject)} under ${collation}`,
    sql: `SELECT COUNT(*) FROM (SELECT 1 FROM ${quote(table)} WHERE ${quote(column)} IS NOT NULL GROUP BY ${quote(column)} COLLATE ${collation} HAVING COUNT(*) > 1) AS d`,
    positive: 'may-fail' as const,
    zero: 'lower' as const,
  };
  return [finding(scene, { rule: RULES.collation, subject, table, message, probe, grows: true })];
};

/** Attributes that MODIFY and CHANGE remove when they do not restate them. */
const RESTATED: Readonly<Record<string, RegExp>> = {
  default: /^DEFAULT$/,
  comment: /^COMMENT$/,
  onUpdate: /^UPDATE$/,
  autoIncrement: /^AUTO_INCREMENT$/,
  check: /^CHECK$/,
  invisible: /^INVISIBLE$/,
  nullable: /^NULL$/,
};

const lost = (change: AttributeChange): boolean =>
  change.name === 'nullable'
    ? change.from === false && change.to === true
    : change.from !== undefined && change.to === undefined;

/** What was lost because the statement that restates the column leaves it out. */
const lostAttributes = (site: Site, changes: readonly AttributeChange[]): Hazard[] => {
  const clause = clausesOn(site.scene, site.table).find(
    (found) =>
      /^(MODIFY|CHANGE)$/.test(found.verb) && found.column.toLowerCase() === site.column.toLowerCase(),
  );
  if (!clause) return [];
  const gone = changes
    .filter(lost)
    .filter(
      ({ name }) =>
        RESTATED[name] !== undefined && !clause.rest.some((word) => RESTATED[name]?.test(word.text)),
    )
    .map(({ name }) =>
      name === 'nullable'
        ? 'NOT NULL'
        : name === 'onUpdate'
          ? 'ON UPDATE'
          : name === 'autoIncrement'
            ? 'AUTO_INCREMENT'
            : name.toUpperCase(),
    );
  if (gone.length === 0) return [];
  const message = `${describeSubject(site.subject)} loses ${gone.join(', ')}: the ${clause.verb} does not restate it.`;
  return [
    finding(site.scene, { rule: RULES.dropsAttributes, subject: site.subject, table: site.table, message }),
  ];
};

/** `ALTER COLUMN x DROP DEFAULT`. */
const saysDefault = ({ scene, table, column }: Site): boolean =>
  clausesOn(scene, table).some((found) => found.verb === 'ALTER' && found.column === column);

const otherHazards = (site: Site, change: AttributeChange): Hazard[] => {
  const { scene, table, subject } = site;
  const what = describeSubject(subject);
  const found = (rule: HazardRule, message: string, grows = false): Hazard[] => [
    finding(scene, { rule, subject, table, message, grows }),
  ];
  if (change.name === 'generated' && change.from === undefined)
    return found(RULES.dropColumn, `The values of ${what} are replaced by computed ones.`);
  if (change.name === 'srid') return found(RULES.srid, `${what} changes its coordinate system.`);
  // A default that MODIFY leaves out is told as what it is: left out.
  if (
    change.name === 'default' &&
    change.from !== undefined &&
    (change.to !== undefined || saysDefault(site))
  )
    return found(RULES.changeDefault, `The default of ${what} changes.`);
  if (change.name === 'generated' && site.before.attributes.generatedAs === 'stored')
    return found(RULES.addStored, `${what} is computed anew for every row.`, true);
  if (change.name === 'autoIncrement' && change.to === true)
    return found(RULES.addAutoIncrement, `${what} is numbered by the server from now on.`, true);
  return [];
};

const BY_ATTRIBUTE: Readonly<Record<string, (site: Site, change: AttributeChange) => Hazard[]>> = {
  type: typeHazards,
  nullable: nullableHazards,
  collation: collationHazards,
};

/** A column of the primary key is required whatever is said of it (manual, "CREATE TABLE"). */
const isInPrimaryKey = ({ scene, table, column }: Site): boolean => {
  const after = tableAfter(scene, table);
  const before = (name: string): string => (after && scene.input.moves?.column(after, name)) ?? name;
  const key = after?.children.find(({ kind }) => kind === 'primary-key');
  return key !== undefined && names(key, 'columns').map(before).includes(column);
};

const altered = (scene: Scene, change: Altered): Hazard[] => {
  const { subject } = change;
  const table = subject.parent && tableBefore(scene, subject.parent.name);
  const before = table && childOf(table, 'column', subject.name);
  if (!table || !before) return [];
  const site: Site = { scene, subject, table: table.name, column: subject.name, before, owner: table };
  const attributes = change.attributes.filter((one) => !(one.name === 'nullable' && isInPrimaryKey(site)));
  return [
    ...attributes.flatMap((one) => (BY_ATTRIBUTE[one.name] ?? otherHazards)(site, one)),
    ...lostAttributes(site, attributes),
  ];
};

/** Every hazard of a column's change or arrival. */
export const columnHazards = (scene: Scene): Hazard[] =>
  scene.input.change.changes.flatMap((change) => {
    if (change.subject.kind !== 'column') return [];
    if (change.action === 'alter') return altered(scene, change);
    return change.action === 'create' ? addedColumn(scene, change) : [];
  });
