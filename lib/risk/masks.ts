// Hazards of creations that meet an object of the same name: replaced without a look, or passed over in silence. Pure.
import type { SchemaObject } from '../schema/index.ts';
import { nameAt, type Reading, wordAt } from './clauses.ts';
import { adjusted, hazardOf } from './hazard.ts';
import type { Hazard } from './model.ts';
import type { Read, Text } from './reading.ts';
import { processRule } from './rules.ts';

interface Creation {
  readonly kind: string;
  readonly name: string;
  readonly replaces: boolean;
  readonly masks: boolean;
  readonly unique: boolean;
  /** Position of the token behind the name. */
  readonly next: number;
}

const KINDS = [
  'TABLE',
  'VIEW',
  'INDEX',
  'TRIGGER',
  'FUNCTION',
  'PROCEDURE',
  'SEQUENCE',
  'TYPE',
  'AGGREGATE',
  'PACKAGE',
];
/** How far from CREATE the kind may stand. */
const REACH = 12;

/** Only these say what happens where the object exists. */
const MEETS = /\bREPLACE\b|\bEXISTS\b/i;

const creationOf = (reading: Reading): Creation | null => {
  if (!MEETS.test(reading.text)) return null;
  if (wordAt(reading, 0) !== 'CREATE') return null;
  const replaces = wordAt(reading, 1) === 'OR' && wordAt(reading, 2) === 'REPLACE';
  let position = replaces ? 3 : 1;
  while (position < REACH && !KINDS.includes(wordAt(reading, position))) position += 1;
  const kind = wordAt(reading, position);
  if (!KINDS.includes(kind)) return null;
  const unique = wordAt(reading, position - 1) === 'UNIQUE';
  let next = position + 1;
  if (wordAt(reading, next) === 'CONCURRENTLY') next += 1;
  const masks =
    wordAt(reading, next) === 'IF' &&
    wordAt(reading, next + 1) === 'NOT' &&
    wordAt(reading, next + 2) === 'EXISTS';
  const name = nameAt(reading, masks ? next + 3 : next);
  return name && { kind: kind.toLowerCase(), name: name.name, replaces, masks, unique, next: name.next };
};

const everyObject = (text: Text): readonly SchemaObject[] =>
  text.input.before.objects.flatMap((object) => [object, ...object.children]);

const sameName = (text: Text, creation: Creation): SchemaObject | undefined => {
  const { fold } = text.context;
  return everyObject(text).find(
    (object) =>
      (object.kind === creation.kind || object.kind.endsWith(`-${creation.kind}`)) &&
      // The model names overloaded things with their signature.
      fold(object.name.replace(/\(.*$/s, '')) === fold(creation.name),
  );
};

/** Words that begin a table's constraint where a column's name would stand. */
const CONSTRAINTS = [
  'CONSTRAINT',
  'PRIMARY',
  'UNIQUE',
  'FOREIGN',
  'CHECK',
  'KEY',
  'INDEX',
  'EXCLUDE',
  'LIKE',
  'PERIOD',
  'FULLTEXT',
  'SPATIAL',
];

/** First name of each member of the first list in parentheses: a table's columns, an index's columns. */
const listed = (reading: Reading, from: number): string[] => {
  const open = reading.tokens.findIndex((token, position) => position >= from && token.text === '(');
  const names: string[] = [];
  if (open < 0) return names;
  for (let position = open; position < reading.tokens.length; position += 1) {
    const depth = reading.depths[position] ?? 0;
    if (position > open && depth === 0) break;
    const starts = position === open || (depth === 1 && reading.tokens[position]?.text === ',');
    const name =
      starts && !CONSTRAINTS.includes(wordAt(reading, position + 1)) ? nameAt(reading, position + 1) : null;
    if (name) names.push(name.name);
  }
  return names;
};

const columnsOf = (object: SchemaObject): readonly string[] => {
  if (object.kind === 'table')
    return object.children.filter((child) => child.kind === 'column').map((child) => child.name);
  const { columns } = object.attributes;
  return Array.isArray(columns) ? columns.map(String) : [];
};

const HOLDS_ROWS = ['table', 'sequence'];

/** Nobody knows what was there before; a table that is replaced loses its rows, a body is only another. */
const perhapsReplaced = (one: Read, creation: Creation): Hazard => {
  const hazard = hazardOf(processRule('x-create-or-replace'), {
    subject: `${creation.kind} ${creation.name}`,
    message: `Where a ${creation.kind} ${creation.name} exists, it is replaced by what the statement says.`,
    at: one.planned,
  });
  return HOLDS_ROWS.includes(creation.kind)
    ? adjusted(hazard, 'destructive', `replacing a ${creation.kind} drops what it holds`)
    : adjusted(hazard, 'advice', 'whether it exists is not known');
};

const replaced = (one: Read, text: Text, creation: Creation): Hazard[] => {
  const existing = sameName(text, creation);
  if (!existing) return text.input.unknownBefore ? [perhapsReplaced(one, creation)] : [];
  const hazard = hazardOf(processRule('x-create-or-replace'), {
    subject: `${creation.kind} ${existing.name}`,
    message: `The ${creation.kind} ${existing.name} exists and is replaced by what the statement says.`,
    at: one.planned,
  });
  return [
    HOLDS_ROWS.includes(creation.kind)
      ? adjusted(hazard, 'destructive', `replacing a ${creation.kind} drops what it holds`)
      : hazard,
  ];
};

/** An index that is there and lets through what the other one would refuse. */
const maskedUnique = (one: Read, existing: SchemaObject): Hazard => {
  const hazard = hazardOf(processRule('x-if-not-exists-mask'), {
    subject: `index ${existing.name}`,
    message: `The index ${existing.name} exists and is not unique: the statement does nothing, and no value is kept from coming twice.`,
    at: one.planned,
  });
  return adjusted(hazard, 'breaking', 'whoever counts on unique values, such as ON CONFLICT, is let down');
};

const masked = (one: Read, text: Text, creation: Creation): Hazard[] => {
  const existing = sameName(text, creation);
  if (!existing || (creation.kind !== 'table' && creation.kind !== 'index')) return [];
  if (creation.unique && existing.kind === 'index' && existing.attributes.unique !== true)
    return [maskedUnique(one, existing)];
  const { fold } = text.context;
  const wanted = listed(one.reading, creation.next).map(fold);
  const there = columnsOf(existing).map(fold);
  if (wanted.length === 0 || there.length === 0) return [];
  const missing = wanted.filter((name) => !there.includes(name));
  const more = there.filter((name) => !wanted.includes(name));
  const reordered = creation.kind === 'index' && wanted.join('\u0000') !== there.join('\u0000');
  if (missing.length + more.length === 0 && !reordered) return [];
  const lacks = missing.length > 0 ? ` It lacks ${missing.join(', ')}.` : '';
  const has = more.length > 0 ? ` It has ${more.join(', ')} besides.` : '';
  return [
    hazardOf(processRule('x-if-not-exists-mask'), {
      subject: `${creation.kind} ${existing.name}`,
      message: `The ${creation.kind} ${existing.name} exists and has other columns: the statement does nothing.${lacks}${has}`,
      at: one.planned,
    }),
  ];
};

/** The hazards of a creation that meets an object of its name. */
export const existingObjects = (one: Read, text: Text): Hazard[] => {
  const creation = creationOf(one.reading);
  if (!creation) return [];
  if (creation.replaces) return replaced(one, text, creation);
  return creation.masks ? masked(one, text, creation) : [];
};
