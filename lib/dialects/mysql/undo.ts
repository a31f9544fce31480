// SQL that takes one change back without loss: what was made is dropped, an index that was dropped is made again. Pure.
import type { Change, Subject } from '../../schema/index.ts';
import { quote } from './quote.ts';
import { indexWords, partsSql } from './render.ts';

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

/** Plain indexes only: comments, parsers and hidden ones are left to the backup. */
const undoDropIndex = ({ subject, object }: Made): string | null => {
  const { comment, parser, hidden, withoutOverlaps } = object.attributes;
  if (!subject.parent || [comment, parser, hidden, withoutOverlaps].some((value) => value !== undefined))
    return null;
  return `CREATE ${indexWords(object)} ${quote(subject.name)} ON ${quote(subject.parent.name)} ${partsSql(object)}`;
};

/** See `Dialect.undo`. Altered columns and everything that held data are left to the backup. */
export const undo = (change: Change): string | null => {
  if (change.action === 'create') return undoCreate(change.subject);
  return change.action === 'drop' && change.subject.kind === 'index' ? undoDropIndex(change) : null;
};
