// The statement that takes back one change without loss. Only what was made can be unmade: what was dropped is in a backup.
import type { Change } from '../../schema/index.ts';
import { qualified, quote } from './quote.ts';

/** Objects that are dropped by their own qualified name. */
const OWN: Readonly<Record<string, string>> = {
  table: 'TABLE',
  view: 'VIEW',
  'materialized-view': 'MATERIALIZED VIEW',
  sequence: 'SEQUENCE',
  enum: 'TYPE',
  'composite-type': 'TYPE',
  'range-type': 'TYPE',
  domain: 'DOMAIN',
};

/** Parts of a table that ALTER TABLE drops by name. */
const PARTS: Readonly<Record<string, string>> = {
  column: 'COLUMN',
  'primary-key': 'CONSTRAINT',
  unique: 'CONSTRAINT',
  'foreign-key': 'CONSTRAINT',
  check: 'CONSTRAINT',
  exclusion: 'CONSTRAINT',
};

/** Parts that are objects of their own on a table. */
const ON_TABLE: Readonly<Record<string, string>> = { trigger: 'TRIGGER', policy: 'POLICY', rule: 'RULE' };

/** Null where one statement cannot take the change back, or not without a doubt (functions share names, grants have a history). */
export const undo = (change: Change): string | null => {
  if (change.action !== 'create') return null;
  const { kind, namespace, name, parent } = change.subject;
  if (!parent) return OWN[kind] === undefined ? null : `DROP ${OWN[kind]} ${qualified({ namespace, name })}`;
  if (kind === 'index') return `DROP INDEX ${qualified({ namespace: parent.namespace, name })}`;
  if (ON_TABLE[kind] !== undefined) return `DROP ${ON_TABLE[kind]} ${quote(name)} ON ${qualified(parent)}`;
  if (PARTS[kind] === undefined || parent.kind !== 'table') return null;
  return `ALTER TABLE ${qualified(parent)} DROP ${PARTS[kind]} ${quote(name)}`;
};
