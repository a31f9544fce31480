// Hazards of rules that become stricter: NOT NULL, UNIQUE, CHECK, foreign keys, types; each with the question that the live rows
// answer. From the structure, and through the copy where the table is rebuilt. Pure.
import {
  type Hazard,
  type HazardRule,
  hazardOf,
  type PlannedStatement,
  type Probe,
} from '../../../risk/index.ts';
import { type Change, describeSubject, type SchemaObject, type Subject } from '../../../schema/index.ts';
import { fold, quote } from '../rules.ts';
import { RULES } from './rules.ts';
import {
  columnOf,
  columnSubject,
  countProbe,
  fitted,
  isMended,
  names,
  quoted,
  type Rebuild,
  type Scene,
  tableBefore,
} from './scene.ts';

interface Site {
  readonly scene: Scene;
  readonly table: SchemaObject;
  readonly rebuild: Rebuild | undefined;
  readonly positive: Probe['positive'];
}

const siteOf = (scene: Scene, subject: Subject): Site | null => {
  const table = subject.parent && tableBefore(scene.input, subject.parent.name);
  if (!table) return null;
  const rebuild = scene.rebuilds.get(fold(table.name));
  // OR IGNORE and their like pass over what they cannot insert; another hazard speaks of that loss.
  const passesOver = rebuild?.holder.holding.partial?.startsWith('the INSERT') === true;
  const positive = passesOver || isMended(scene, table) ? 'may-fail' : 'will-fail';
  return { scene, table, rebuild, positive };
};

/** The live column that fills a column of the new table as it is; null where something else does. */
const sourceOf = ({ rebuild, table }: Site, column: string): SchemaObject | null => {
  if (!rebuild) return columnOf(table, column) ?? null;
  const { columns } = rebuild.holder.holding;
  // A column that the plan renames first is asked for by its old name, and copied under its new one.
  const found =
    columns.get(fold(column)) ?? [...columns.values()].find(({ plain }) => plain === fold(column));
  const plain = found?.plain;
  return plain === undefined || plain === null ? null : (columnOf(table, plain) ?? null);
};

/** The live column whose values end in a column of the new table, cast or filled up perhaps. */
const keptSource = (site: Site, column: string): SchemaObject | null => {
  const kept = site.rebuild?.holder.holding.columns.get(fold(column))?.kept ?? null;
  return sourceOf(site, column) ?? (kept === null ? null : (columnOf(site.table, kept) ?? null));
};

const statementOf = (site: Site): PlannedStatement | undefined => site.rebuild?.holder.holding.at;

const make = (
  site: Site,
  rule: HazardRule,
  parts: { subject: Subject; message: string; probe?: Probe | undefined },
): Hazard => fitted(hazardOf(rule, { ...parts, at: statementOf(site) }), site.table, site.scene);

/** NOT NULL within a rebuild: what counts is what the copy fills the column with. */
const copiedNotNull = (site: Site, change: Extract<Change, { action: 'alter' }>): Hazard[] => {
  const nullable = change.attributes.find((attribute) => attribute.name === 'nullable');
  const source = sourceOf(site, change.subject.name);
  if (nullable?.to !== false || !site.rebuild || !source) return [];
  const subject = columnSubject(site.table, source.name);
  const probe = countProbe(site.table, {
    question: `rows where ${describeSubject(subject)} is null`,
    where: `${quote(source.name)} IS NULL`,
    positive: site.positive,
    zero: 'dismiss',
  });
  const message = `${describeSubject(change.subject)} no longer allows NULL, and the copy takes the values as they are.`;
  return [make(site, RULES.copyFails, { subject: change.subject, message, probe })];
};

/** A required column that the copy does not fill. */
const unfilled = (site: Site, change: Extract<Change, { action: 'create' | 'drop' }>): Hazard[] => {
  const { nullable, default: preset, generated } = change.object.attributes;
  if (!site.rebuild || nullable !== false || preset !== undefined || generated !== undefined) return [];
  if (site.rebuild.holder.holding.columns.has(fold(change.subject.name))) return [];
  const probe = countProbe(site.table, {
    question: `rows in ${describeSubject(site.table)}`,
    where: '1',
    positive: site.positive,
    zero: 'dismiss',
  });
  const message = `${describeSubject(change.subject)} is required and the copy does not fill it: it fails for the first row.`;
  return [make(site, RULES.copyFails, { subject: change.subject, message, probe })];
};

const duplicatesProbe = (site: Site, object: SchemaObject, what: string): Probe | undefined => {
  const columns = names(object, 'columns').map((name) => sourceOf(site, name)?.name);
  const known = columns.filter((name) => name !== undefined);
  if (known.length === 0 || known.length !== columns.length) return undefined;
  const list = known.map(quote).join(', ');
  const filter = known.map((name) => `${quote(name)} IS NOT NULL`);
  const { where } = object.attributes;
  if (typeof where === 'string') filter.push(`(${where})`);
  return {
    question: `groups of rows with the same ${what}`,
    // NULLs are distinct from one another in every UNIQUE (https://sqlite.org/lang_createindex.html#unique_indexes).
    sql: `SELECT count(*) FROM (SELECT 1 FROM ${quoted(site.table)} WHERE ${filter.join(' AND ')} GROUP BY ${list} HAVING count(*) > 1)`,
    positive: site.positive,
    zero: 'dismiss',
  };
};

/** What was as unique before, by whatever object, cannot have duplicates. */
const wasUnique = (table: SchemaObject, object: SchemaObject): boolean => {
  const columns = names(object, 'columns').map(fold);
  return table.children.some((child) => {
    const isUnique =
      child.kind === 'unique' ||
      child.kind === 'primary-key' ||
      (child.kind === 'index' && child.attributes.unique === true && child.attributes.where === undefined);
    const own = names(child, 'columns').map(fold);
    return isUnique && own.length > 0 && own.every((name) => columns.includes(name));
  });
};

const unique = (site: Site, subject: Subject, object: SchemaObject): Hazard[] => {
  const columns = names(object, 'columns');
  // A column that the plan adds holds one default for all rows; the engine refuses that by itself, and the rehearsal shows it.
  if (!columns.some((name) => sourceOf(site, name)) || wasUnique(site.table, object)) return [];
  const list = columns.join(', ');
  const rule = subject.kind === 'index' ? RULES.duplicates : RULES.copyFails;
  const message = `${describeSubject(subject)} demands that ${list} is unique in ${describeSubject(site.table)}.`;
  return [make(site, rule, { subject, message, probe: duplicatesProbe(site, object, list) })];
};

const check = (site: Site, subject: Subject, object: SchemaObject): Hazard[] => {
  const { expression } = object.attributes;
  if (!site.rebuild || typeof expression !== 'string') return [];
  const probe = countProbe(site.table, {
    question: `rows of ${describeSubject(site.table)} that fail the check`,
    where: `NOT (${expression})`,
    positive: site.positive,
    zero: 'dismiss',
  });
  const message = `${describeSubject(subject)} is new, and the copy tests every row against it.`;
  return [make(site, RULES.copyFails, { subject, message, probe })];
};

const orphans = (site: Site, subject: Subject, object: SchemaObject): Hazard[] => {
  const parent = tableBefore(site.scene.input, String(object.attributes.references));
  const columns = names(object, 'columns').map((name) => sourceOf(site, name)?.name);
  const targets = names(object, 'referencedColumns');
  const known = columns.filter((name) => name !== undefined);
  if (known.length === 0 || known.length !== columns.length || known.length !== targets.length) return [];
  const filled = known.map((name) => `c.${quote(name)} IS NOT NULL`).join(' AND ');
  const pairs = known
    .map((name, index) => `p.${quote(targets[index] ?? '')} = c.${quote(name)}`)
    .join(' AND ');
  const missing = parent ? ` AND NOT EXISTS (SELECT 1 FROM ${quoted(parent)} AS p WHERE ${pairs})` : '';
  const probe: Probe = {
    question: `rows of ${describeSubject(site.table)} whose parent in ${String(object.attributes.references)} is missing`,
    sql: `SELECT count(*) FROM ${quoted(site.table)} AS c WHERE ${filled}${missing}`,
    // A parent table that the plan makes or fills may have them by then.
    positive: parent && !isMended(site.scene, parent) ? site.positive : 'may-fail',
    zero: 'dismiss',
  };
  const message = `${describeSubject(subject)} is new: rows without a parent are orphans, and the change is not committed with them.`;
  return [make(site, RULES.orphans, { subject, message, probe })];
};

/** Values that the new affinity cannot take as they are (https://sqlite.org/datatype3.html#type_affinity). */
const MISFITS: Readonly<Record<string, (column: string) => string>> = {
  TEXT: (column) => `typeof(${column}) NOT IN ('text', 'null')`,
  INTEGER: (column) =>
    `typeof(${column}) NOT IN ('integer', 'null') AND (typeof(${column}) = 'blob' OR CAST(CAST(${column} AS INTEGER) AS TEXT) <> CAST(${column} AS TEXT))`,
  REAL: (column) =>
    `typeof(${column}) IN ('text', 'blob') AND CAST(CAST(${column} AS NUMERIC) AS TEXT) <> CAST(${column} AS TEXT)`,
  NUMERIC: (column) =>
    `typeof(${column}) IN ('text', 'blob') AND CAST(CAST(${column} AS NUMERIC) AS TEXT) <> CAST(${column} AS TEXT)`,
};

const typed = (site: Site, change: Extract<Change, { action: 'alter' }>): Hazard[] => {
  const type = change.attributes.find((attribute) => attribute.name === 'type');
  const affinity = change.attributes.find((attribute) => attribute.name === 'affinity');
  if (!type) return [];
  const source = keptSource(site, change.subject.name);
  const misfit = typeof affinity?.to === 'string' ? MISFITS[affinity.to] : undefined;
  const probe =
    source && misfit
      ? countProbe(site.table, {
          question: `values of ${describeSubject(columnSubject(site.table, source.name))} that do not read as ${String(type.to)}`,
          where: misfit(quote(source.name)),
          positive: 'changes-values',
          zero: 'lower',
        })
      : undefined;
  const words = `${String(type.from ?? 'no type')} to ${String(type.to ?? 'no type')}`;
  const same = affinity ? '' : ' Both mean the same to the engine.';
  const hazard = make(site, RULES.changeType, {
    subject: change.subject,
    message: `${describeSubject(change.subject)} changes from ${words}.${same}`,
    probe,
  });
  return [affinity ? hazard : { ...hazard, severity: 'advice', adjusted: 'the affinity stays the same' }];
};

const created = (site: Site, change: Extract<Change, { action: 'create' | 'drop' }>): Hazard[] => {
  const { subject, object } = change;
  if (subject.kind === 'column') return unfilled(site, change);
  if (subject.kind === 'check') return check(site, subject, object);
  if (subject.kind === 'foreign-key') return orphans(site, subject, object);
  const isUnique =
    subject.kind === 'unique' || subject.kind === 'primary-key' || object.attributes.unique === true;
  return isUnique ? unique(site, subject, object) : [];
};

const altered = (site: Site, change: Extract<Change, { action: 'alter' }>): Hazard[] => {
  if (change.subject.kind === 'column') return [...copiedNotNull(site, change), ...typed(site, change)];
  const becameUnique = change.attributes.some(({ name, to }) => name === 'unique' && to === true);
  if (change.subject.kind !== 'index' || !becameUnique) return [];
  const after = site.scene.input.after.objects.find(
    (object) => object.kind === 'table' && object.name === change.subject.parent?.name,
  );
  const index = after?.children.find((child) => child.kind === 'index' && child.name === change.subject.name);
  return index ? unique(site, change.subject, index) : [];
};

/** The hazards of everything that becomes stricter in tables that exist. */
export const keyHazards = (scene: Scene): Hazard[] =>
  scene.input.change.changes.flatMap((change) => {
    const site = siteOf(scene, change.subject);
    if (!site) return [];
    if (change.action === 'create') return created(site, change);
    return change.action === 'alter' ? altered(site, change) : [];
  });
