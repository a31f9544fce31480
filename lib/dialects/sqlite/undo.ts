// The statement that takes back one change without loss. Only what was made can be unmade: what was dropped is in a backup.
import type { Change } from '../../schema/index.ts';
import { quote } from './rules.ts';

/** Children of a table that are objects of their own, dropped by their own name. */
const OWN: Readonly<Record<string, string>> = { index: 'INDEX', trigger: 'TRIGGER' };

/** Null where the change cannot be taken back by one statement. https://sqlite.org/lang_altertable.html#altertabdropcol */
export const undo = (change: Change): string | null => {
  if (change.action !== 'create') return null;
  const { kind, name, parent } = change.subject;
  const own = OWN[kind];
  if (own !== undefined) return `DROP ${own} ${quote(name)}`;
  if (!parent)
    return kind === 'table' || kind === 'view' ? `DROP ${kind.toUpperCase()} ${quote(name)}` : null;
  if (kind !== 'column' || parent.kind !== 'table') return null;
  return `ALTER TABLE ${quote(parent.name)} DROP COLUMN ${quote(name)}`;
};
