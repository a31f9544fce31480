// Hazards of keys, indexes and constraints that come, go or change. From the structure. Pure.
import { type Hazard, sampleOf } from '../../../risk/index.ts';
import {
  type Change,
  childOf,
  describeSubject,
  type SchemaObject,
  type Subject,
} from '../../../schema/index.ts';
import { orphansFrom } from '../health.ts';
import { quote } from '../quote.ts';
import { RULES } from './rules.ts';
import { countProbe, finding, mended, names, type Scene, sets, tableAfter, tableBefore } from './scene.ts';

/** A child that came or changed, on a table that is there before the plan. */
interface Site {
  readonly scene: Scene;
  readonly subject: Subject;
  readonly table: SchemaObject;
  readonly object: SchemaObject;
}

const list = (object: SchemaObject): string => names(object, 'columns').join(', ');

/** Columns of a key that exist before the plan; others hold nothing yet. */
const known = (site: Site): boolean =>
  names(site.object, 'columns').every((name) => childOf(site.table, 'column', name) !== undefined);

const wasUnique = (site: Site): boolean =>
  site.table.children.some(
    (child) =>
      (child.kind === 'primary-key' || child.attributes.unique === true) &&
      child.attributes.lengths === undefined &&
      names(child, 'columns').length > 0 &&
      names(child, 'columns').every((name) => names(site.object, 'columns').includes(name)),
  );

/** A new column that every row leaves NULL: no two rows are alike, for NULL differs from NULL in a key. */
const holdsNull = (site: Site): boolean =>
  site.object.kind === 'index' &&
  names(site.object, 'columns').some((name) => {
    const { scene, table } = site;
    const after = tableAfter(scene, table.name);
    const column = childOf(table, 'column', name) ? undefined : after && childOf(after, 'column', name);
    const { nullable, default: preset, generated } = column?.attributes ?? {};
    return nullable === true && preset === undefined && generated === undefined;
  });

/** What of each column the key holds: a prefix length counts characters, or bytes of a binary column, as LEFT does (manual, CREATE INDEX). */
const keyParts = (object: SchemaObject): readonly string[] => {
  const { lengths } = object.attributes;
  return names(object, 'columns').map((name, at) => {
    const length = Array.isArray(lengths) ? Number(lengths[at] ?? 0) : 0;
    return length > 0 ? `LEFT(${quote(name)}, ${length})` : quote(name);
  });
};

const duplicates = (site: Site): Hazard[] => {
  const { scene, subject, table, object } = site;
  if (wasUnique(site) || holdsNull(site)) return [];
  const columns = keyParts(object);
  const message = `${describeSubject(subject)} demands that (${list(object)}) is unique.`;
  const probe = known(site)
    ? {
        question: `groups of rows with the same (${list(object)}) in table ${table.name}`,
        sql: `SELECT COUNT(*) FROM (SELECT 1 FROM ${quote(table.name)} WHERE ${columns.map((c) => `${c} IS NOT NULL`).join(' AND ')} GROUP BY ${columns.join(', ')} HAVING COUNT(*) > 1) AS d`,
        positive: mended(scene, table.name) ? ('may-fail' as const) : ('will-fail' as const),
        zero: 'dismiss' as const,
      }
    : undefined;
  return [finding(scene, { rule: RULES.duplicates, subject, table: table.name, message, probe })];
};

const addedIndex = (site: Site): Hazard[] => {
  const { scene, subject, table, object } = site;
  const method = String(object.attributes.using ?? '');
  const rule = method === 'fulltext' || method === 'spatial' ? RULES.fulltextSpatial : RULES.addIndex;
  const message = `${describeSubject(subject)} on (${list(object)}) is built from every row.`;
  const built = finding(scene, { rule, subject, table: table.name, message, grows: true });
  return object.attributes.unique === true ? [built, ...duplicates(site)] : [built];
};

const addedForeignKey = (site: Site): Hazard[] => {
  const { scene, subject, table, object } = site;
  const parent = String(object.attributes.references);
  const message = `${describeSubject(subject)} checks (${list(object)}) of every row against ${parent}.`;
  const parentBefore = tableBefore(scene, parent);
  const parentColumns = names(object, 'referencedColumns');
  const canAsk =
    known(site) && parentBefore && parentColumns.every((name) => childOf(parentBefore, 'column', name));
  const key = {
    table: table.name,
    name: object.name,
    columns: names(object, 'columns'),
    parent,
    parentColumns,
  };
  const from = orphansFrom({ ...key, parentSchema: null });
  const probe = canAsk
    ? {
        question: `rows of table ${table.name} whose (${list(object)}) is not in ${parent}`,
        sql: `SELECT COUNT(*) ${from}`,
        ...sampleOf({ table, from, quote, prefix: 'c.' }),
        positive:
          mended(scene, table.name) || mended(scene, parent) || sets(scene, 'foreign_key_checks')
            ? ('may-fail' as const)
            : ('will-fail' as const),
        zero: 'keep' as const,
      }
    : undefined;
  return [
    finding(scene, { rule: RULES.addForeignKey, subject, table: table.name, message, probe, grows: true }),
  ];
};

const addedCheck = (site: Site): Hazard[] => {
  const { scene, subject, table, object } = site;
  const expression = String(object.attributes.expression);
  const message = `${describeSubject(subject)} checks every row: ${expression}.`;
  const probe = countProbe(table, {
    question: `rows of table ${table.name} that fail the check`,
    where: `NOT (${expression})`,
    positive: mended(scene, table.name) ? 'may-fail' : 'will-fail',
    zero: 'keep',
  });
  return [finding(scene, { rule: RULES.addCheck, subject, table: table.name, message, probe, grows: true })];
};

const primaryKey = (site: Site): Hazard[] => {
  const { scene, subject, table } = site;
  const message = `The primary key of table ${table.name} changes.`;
  const rebuilt = finding(scene, {
    rule: RULES.primaryKey,
    subject,
    table: table.name,
    message,
    grows: true,
  });
  return [rebuilt, ...duplicates(site)];
};

const ADDED: Readonly<Record<string, (site: Site) => Hazard[]>> = {
  index: addedIndex,
  'foreign-key': addedForeignKey,
  check: addedCheck,
  'primary-key': primaryKey,
};

/** Whether a foreign key that stays needs this index, and no other index begins with its columns. */
const neededByKey = (scene: Scene, subject: Subject, object: SchemaObject): boolean => {
  const after = subject.parent && tableAfter(scene, subject.parent.name);
  if (!after) return false;
  const starts = (index: SchemaObject, columns: readonly string[]): boolean =>
    columns.every((name, position) => names(index, 'columns')[position] === name);
  return after.children
    .filter((child) => child.kind === 'foreign-key')
    .map((key) => names(key, 'columns'))
    .some(
      (columns) =>
        starts(object, columns) &&
        !after.children.some((child) => /index|primary-key/.test(child.kind) && starts(child, columns)),
    );
};

const dropped = (scene: Scene, change: Extract<Change, { action: 'create' | 'drop' }>): Hazard[] => {
  const { subject, object } = change;
  const table = subject.parent?.name;
  if (table === undefined || !tableAfter(scene, table)) return [];
  if (subject.kind === 'primary-key') {
    const message = `Table ${table} loses its primary key.`;
    return [finding(scene, { rule: RULES.primaryKey, subject, table, message, grows: true })];
  }
  if (subject.kind === 'index' && neededByKey(scene, subject, object)) {
    const message = `${describeSubject(subject)} is dropped, and a foreign key needs it.`;
    return [finding(scene, { rule: RULES.dropIndexForKey, subject, table, message })];
  }
  if (subject.kind === 'partition') {
    const message = `${describeSubject(subject)} is dropped, with its rows unless they were moved.`;
    return [finding(scene, { rule: RULES.dropPartition, subject, table, message })];
  }
  return [];
};

const siteOf = (scene: Scene, change: Change): Site | null => {
  const { subject } = change;
  const table = subject.parent && tableBefore(scene, subject.parent.name);
  const after = subject.parent && tableAfter(scene, subject.parent.name);
  // What comes to a table that the plan renames, columns among it, is in the change by the names of before.
  const object =
    change.action === 'create' ? change.object : after && childOf(after, subject.kind, subject.name);
  return table && object ? { scene, subject, table, object } : null;
};

/** Attributes of a key whose change is as good as a new key. */
const REBUILDING = new Set([
  'columns',
  'unique',
  'using',
  'lengths',
  'references',
  'referencedColumns',
  'expression',
]);

/** Whether a clause gives an index this name, so that nothing is built. */
const isNewName = (scene: Scene, { kind, name, parent }: Subject): boolean =>
  kind === 'index' &&
  scene.alters.some(
    ({ table, clauses }) =>
      table.toLowerCase() === parent?.name.toLowerCase() &&
      clauses.some(
        (clause) =>
          clause[0]?.text === 'RENAME' &&
          /^(INDEX|KEY)$/.test(clause[1]?.text ?? '') &&
          clause.at(-1)?.value.toLowerCase() === name.toLowerCase(),
      ),
  );

const ofChild = (scene: Scene, change: Change): Hazard[] => {
  if (change.action === 'create' && isNewName(scene, change.subject)) return [];
  if (change.action === 'drop') return dropped(scene, change);
  if (change.action === 'alter' && !change.attributes.some(({ name }) => REBUILDING.has(name))) return [];
  const site = siteOf(scene, change);
  return site ? (ADDED[change.subject.kind]?.(site) ?? []) : [];
};

/** Every hazard of keys and constraints. */
export const keyHazards = (scene: Scene): Hazard[] =>
  scene.input.change.changes.flatMap((change) => (change.subject.parent ? ofChild(scene, change) : []));
