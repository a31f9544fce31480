// SQL that takes one change back without loss: what was made is dropped, an index that was dropped is made again. Pure.
import type { Change, SchemaObject, Subject } from '../../schema/index.ts';
import { quote } from './quote.ts';

type Made = Extract<Change, { action: 'create' | 'drop' }>;

/** Words of DROP for things that stand by themselves or have names of their own in the schema. */
const DROPS: Readonly<Record<string, string>> = {
  table: 'TABLE',
  view: 'VIEW',
  trigger: 'TRIGGER',
  procedure: 'PROCEDURE',
  function: 'FUNCTION',
  event: 'EVENT',
  sequence: 'SEQUENCE',
};

/** What of a table goes by ALTER TABLE. A check is a CONSTRAINT in both products (MySQL from 8.0.19). */
const ALTERS: Readonly<Record<string, string>> = {
  column: 'DROP COLUMN',
  index: 'DROP INDEX',
  'foreign-key': 'DROP FOREIGN KEY',
  check: 'DROP CONSTRAINT',
};

const undoCreate = (subject: Subject): string | null => {
  const word = DROPS[subject.kind];
  if (word) return `DROP ${word} ${quote(subject.name)}`;
  const clause = ALTERS[subject.kind];
  if (!clause || !subject.parent) return null;
  return `ALTER TABLE ${quote(subject.parent.name)} ${clause} ${quote(subject.name)}`;
};

const list = (object: SchemaObject, attribute: string): readonly unknown[] => {
  const value = object.attributes[attribute];
  return Array.isArray(value) ? value : [];
};

const METHODS: Readonly<Record<string, string>> = { fulltext: 'FULLTEXT ', spatial: 'SPATIAL ' };

/** Plain indexes only: comments, parsers and hidden ones are left to the backup. */
const undoDropIndex = ({ subject, object }: Made): string | null => {
  const { comment, parser, hidden, withoutOverlaps, unique, using } = object.attributes;
  if (!subject.parent || [comment, parser, hidden, withoutOverlaps].some((value) => value !== undefined))
    return null;
  const method = METHODS[String(using)] ?? (unique === true ? 'UNIQUE ' : '');
  const lengths = list(object, 'lengths');
  const descending = list(object, 'descending');
  const parts = list(object, 'columns').map((column, index) => {
    const name = String(column);
    const length = method.startsWith('S') || typeof lengths[index] !== 'number' ? '' : `(${lengths[index]})`;
    return `${name.startsWith('(') ? name : quote(name)}${length}${descending[index] === true ? ' DESC' : ''}`;
  });
  return `CREATE ${method}INDEX ${quote(subject.name)} ON ${quote(subject.parent.name)} (${parts.join(', ')})`;
};

/** See `Dialect.undo`. Altered columns and everything that held data are left to the backup. */
export const undo = (change: Change): string | null => {
  if (change.action === 'create') return undoCreate(change.subject);
  return change.action === 'drop' && change.subject.kind === 'index' ? undoDropIndex(change) : null;
};
