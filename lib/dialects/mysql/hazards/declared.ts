// Hazards of what a statement declares, whatever table it is on: keys that are there already, keys and rows that are too long, names that
// mean something else on another server, counters that end soon. From the structure. Pure.
import { adjusted, coveredIndexes, type Hazard, hazardOf } from '../../../risk/index.ts';
import {
  type Change,
  childOf,
  describeSubject,
  type SchemaObject,
  subjectOf,
} from '../../../schema/index.ts';
import { RESERVED } from '../reserved.ts';
import { bytesPerCharacter } from './charsets.ts';
import { RULES } from './rules.ts';
import { locate, names, type Scene, tableAfter } from './scene.ts';
import { parseType } from './types.ts';

/** A table with those of its children that the plan makes. */
interface Declared {
  readonly table: SchemaObject;
  readonly isNew: boolean;
  readonly children: readonly SchemaObject[];
}

const declaredOf = (scene: Scene): readonly Declared[] => {
  const found = new Map<string, { table: SchemaObject; isNew: boolean; children: SchemaObject[] }>();
  const note = (name: string, change: Change): void => {
    const table = tableAfter(scene, name);
    if (!table || change.action === 'drop') return;
    const own = found.get(name) ?? { table, isNew: false, children: [] };
    found.set(name, own);
    if (change.subject.kind === 'table') {
      if (change.action !== 'create') return;
      own.isNew = table.attributes.assumed !== true;
      own.children.push(...(own.isNew ? table.children : []));
      return;
    }
    const child = childOf(table, change.subject.kind, change.subject.name);
    if (child && !own.children.includes(child)) own.children.push(child);
  };
  for (const change of scene.input.change.changes) {
    const owner = change.subject.parent ?? change.subject;
    if (owner.kind === 'table') note(owner.name, change);
  }
  return [...found.values()];
};

const isKey = ({ kind }: SchemaObject): boolean => kind === 'index' || kind === 'primary-key';

const lengthsOf = (key: SchemaObject): readonly unknown[] =>
  Array.isArray(key.attributes.lengths) ? key.attributes.lengths : [];

/** Each column with its prefix, so that `a(10)` is not `a`. */
const partsOf = (key: SchemaObject): readonly string[] =>
  names(key, 'columns').map((name, at) => `${name.toLowerCase()} ${lengthsOf(key)[at] ?? ''}`);

const method = ({ kind, attributes }: SchemaObject): unknown =>
  kind === 'primary-key' ? 'btree' : (attributes.using ?? 'btree');

/** Whether every search that the key serves is served by the other one too. */
const isCovered = (key: SchemaObject, other: SchemaObject): boolean => {
  const [own, others] = [partsOf(key), partsOf(other)];
  if (key === other || own.length === 0 || method(key) !== method(other)) return false;
  const begins = own.every((part, at) => part === others[at]);
  if (!begins || (method(key) !== 'btree' && own.length !== others.length)) return false;
  if (key.attributes.unique === true) return own.length === others.length && other.attributes.unique === true;
  return true;
};

const covered = (scene: Scene, { table, children }: Declared): readonly Hazard[] => {
  const isMade = (key: SchemaObject): boolean => children.includes(key);
  return coveredIndexes(table.children.filter(isKey), { isCovered, isMade }).map(({ index, by }) => {
    const subject = subjectOf(index, table);
    const longer = by.kind === 'index' ? `index ${by.name}` : 'the primary key';
    const message = `${describeSubject(subject)} is the beginning of ${longer}, which serves the same queries.`;
    return hazardOf(RULES.duplicateIndex, { subject, message, at: locate(scene, subject) });
  });
};

/** A parent's columns need a unique key of exactly these columns: the standard's rule, and the server's from MySQL 8.4 on. */
const parents = (scene: Scene, { table, children }: Declared): Hazard[] =>
  children
    .filter(({ kind }) => kind === 'foreign-key')
    .flatMap((key) => {
      const parent = tableAfter(scene, String(key.attributes.references ?? ''));
      const wanted = names(key, 'referencedColumns');
      const isKnown = parent && parent.attributes.assumed !== true && wanted.length > 0;
      const isUnique = parent?.children.some(
        (one) =>
          isKey(one) &&
          (one.kind === 'primary-key' || one.attributes.unique === true) &&
          lengthsOf(one).length === 0 &&
          names(one, 'columns').length === wanted.length &&
          names(one, 'columns').every((name) => wanted.includes(name)),
      );
      if (!isKnown || isUnique) return [];
      const subject = subjectOf(key, table);
      const message = `${describeSubject(subject)} refers to (${wanted.join(', ')}) of table ${parent.name}, which no unique key holds.`;
      const found = hazardOf(RULES.parentNotUnique, { subject, message, at: locate(scene, subject) });
      const [major = 0, minor = 0] = scene.input.version;
      const isRefused = scene.input.product !== 'MariaDB' && (major > 8 || (major === 8 && minor >= 4));
      return [isRefused ? found : adjusted(found, 'advice', 'this version allows it')];
    });

/** Bytes that the values of a column can take in a key or a row; null where they are not known or live elsewhere. */
const bytesOf = (scene: Scene, column: SchemaObject, table: SchemaObject): number | null => {
  const { base, numbers } = parseType(String(column.attributes.type ?? ''));
  const [length] = numbers;
  if (length === undefined) return null;
  if (/^(var)?binary$/.test(base)) return length;
  return /^(var)?char$/.test(base) ? length * bytesPerCharacter(scene, column, table) : null;
};

/** The longest part of a key (manual, "InnoDB Limits"): less in the two old row formats. */
const longestPart = (table: SchemaObject): number =>
  /^(compact|redundant)$/.test(String(table.attributes.rowFormat ?? '').toLowerCase()) ? 767 : 3072;

const longKeys = (scene: Scene, { table, children }: Declared): Hazard[] =>
  children
    .filter((key) => isKey(key) && method(key) === 'btree')
    .flatMap((key) => {
      const limit = longestPart(table);
      const long = names(key, 'columns').find((name, at) => {
        const column = childOf(table, 'column', name);
        const all = column && bytesOf(scene, column, table);
        const prefix = lengthsOf(key)[at];
        if (!column || typeof all !== 'number') return false;
        const width = /char/.test(String(column.attributes.type))
          ? bytesPerCharacter(scene, column, table)
          : 1;
        return Math.min(all, typeof prefix === 'number' ? prefix * width : all) > limit;
      });
      if (long === undefined || /myisam|aria|memory/i.test(String(table.attributes.engine ?? ''))) return [];
      const subject = subjectOf(key, table);
      const message = `Column ${long} takes more than ${limit} bytes in ${describeSubject(subject)}: the statement fails.`;
      return [hazardOf(RULES.nameLimits, { subject, message, at: locate(scene, subject) })];
    });

/** The longest row, without what lives in pages of its own (manual, "Limits on Table Column Count and Row Size"). */
const LONGEST_ROW = 65_535;

const longRows = (scene: Scene, { table, children }: Declared): Hazard[] => {
  if (!children.some(({ kind }) => kind === 'column')) return [];
  const bytes = table.children
    .filter(({ kind }) => kind === 'column')
    .reduce((sum, column) => sum + (bytesOf(scene, column, table) ?? 0), 0);
  if (bytes <= LONGEST_ROW) return [];
  const message = `The texts of a row of table ${table.name} take up to ${bytes} bytes, more than ${LONGEST_ROW}: the statement fails.`;
  return [hazardOf(RULES.nameLimits, { subject: table, message, at: locate(scene, table) })];
};

/** Highest numbers of the counters that end while the application lives. */
const ENDS: Readonly<Record<string, number>> = { tinyint: 127, smallint: 32_767, mediumint: 8_388_607 };

const shortCounters = (scene: Scene, { table, children }: Declared): Hazard[] =>
  children.flatMap((column) => {
    const { base, unsigned } = parseType(String(column.attributes.type ?? ''));
    const end = ENDS[base];
    if (column.kind !== 'column' || column.attributes.autoIncrement !== true || end === undefined) return [];
    const subject = subjectOf(column, table);
    const message = `${describeSubject(subject)} counts in ${base} and ends at ${unsigned ? end * 2 + 1 : end}.`;
    return [hazardOf(RULES.deprecated, { subject, message, at: locate(scene, subject) })];
  });

const reserved = (scene: Scene, { table, isNew, children }: Declared): Hazard[] => {
  const subjects = [
    ...(isNew ? [{ object: table, subject: table }] : []),
    ...children
      .filter(({ kind }) => kind === 'column')
      .map((object) => ({ object, subject: subjectOf(object, table) })),
  ];
  return subjects
    .filter(({ object }) => RESERVED.has(object.name.toUpperCase()))
    .map(({ object, subject }) =>
      adjusted(
        hazardOf(RULES.nameLimits, {
          subject,
          message: `${object.name} is a reserved word: text that does not quote it fails.`,
          at: locate(scene, subject),
        }),
        'advice',
        'quoted names work',
      ),
    );
};

/** Told once: a project that does it does it everywhere. */
const mixedCase = (scene: Scene, declared: readonly Declared[]): Hazard[] => {
  const first = declared.find(({ table, isNew }) => isNew && /[A-Z]/.test(table.name));
  if (!first) return [];
  const found = hazardOf(RULES.nameLimits, {
    subject: 'names of tables',
    message:
      'Tables have names with upper-case letters: servers with another lower_case_table_names do not find them.',
    at: locate(scene, first.table),
  });
  return [adjusted(found, 'advice', 'the server at hand may be the only one')];
};

/** Every hazard of what is declared. */
export const declaredHazards = (scene: Scene): Hazard[] => {
  const declared = declaredOf(scene);
  return [
    ...declared.flatMap((one) => [
      ...covered(scene, one),
      ...parents(scene, one),
      ...longKeys(scene, one),
      ...longRows(scene, one),
      ...shortCounters(scene, one),
      ...reserved(scene, one),
    ]),
    ...mixedCase(scene, declared),
  ];
};
