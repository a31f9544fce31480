// An UPDATE that fills only columns which the same plan adds: it reaches every row, and overwrites nothing that was there. Pure.
import type { Diff, SchemaObject } from '../schema/index.ts';
import { findWord, nameAt, type Reading } from './clauses.ts';
import { type Read, type Text, tableNamed } from './reading.ts';

/** Where the list of SET ends. */
const ENDS = ['WHERE', 'FROM', 'ORDER', 'LIMIT', 'RETURNING'];

interface Assigned {
  readonly qualifier: string | null;
  readonly column: string;
}

/** `a`, `t.a`, `(a, b)` at a position of the list; null for whatever else stands there. */
const assignedAt = (reading: Reading, at: number): readonly Assigned[] | null => {
  if (reading.tokens[at]?.text !== '(') {
    const name = nameAt(reading, at);
    return name && [{ qualifier: name.namespace, column: name.name }];
  }
  const first = nameAt(reading, at + 1);
  if (!first) return null;
  const found: Assigned[] = [{ qualifier: null, column: first.name }];
  let next = first.next;
  while (reading.tokens[next]?.text === ',') {
    const name = nameAt(reading, next + 1);
    if (!name) return null;
    found.push({ qualifier: null, column: name.name });
    next = name.next;
  }
  return found;
};

/** What the statement assigns; null where the list is not understood. */
const assigned = (reading: Reading): readonly Assigned[] | null => {
  const set = findWord(reading, ['SET']);
  if (set < 0) return null;
  const end = findWord(reading, ENDS, set);
  const last = end < 0 ? reading.tokens.length : end;
  const found: Assigned[] = [];
  for (let at = set; at < last; at += 1) {
    const isStart = at === set || (reading.tokens[at]?.text === ',' && reading.depths[at] === 0);
    const names = isStart ? assignedAt(reading, at + 1) : [];
    if (names === null) return null;
    found.push(...names);
  }
  return found;
};

const isOfTarget = (one: Read, qualifier: string | null, fold: (name: string) => string): boolean => {
  if (qualifier === null || !one.change) return true;
  const { target } = one.change;
  const behind = one.reading.words[target.next] === 'AS' ? target.next + 1 : target.next;
  const alias = nameAt(one.reading, behind)?.name;
  return [target.name, alias].some((name) => name !== undefined && fold(name) === fold(qualifier));
};

/** What else an UPDATE writes: the server's own values, and whatever a trigger does. */
const writesMore = (table: SchemaObject): boolean =>
  table.children.some(
    ({ kind, attributes }) =>
      kind === 'trigger' || (kind === 'column' && typeof attributes.onUpdate === 'string'),
  );

/** `ADD COLUMN IF NOT EXISTS` adds nothing where the column is there, and by texts alone nobody knows. */
const perhapsThere = (column: string, text: Text): boolean =>
  text.input.unknownBefore === true &&
  text.statements.some(
    ({ reading }) =>
      /\bADD\b[^;]*\bIF\s+NOT\s+EXISTS\b/i.test(reading.text) &&
      reading.tokens.some(
        (token) => text.context.fold(token.value ?? token.text) === text.context.fold(column),
      ),
  );

const isNewColumn = ({ action, subject }: Diff['changes'][number]): boolean =>
  action === 'create' && subject.kind === 'column';

/** Whether every column that the UPDATE assigns is one that this plan adds, and nothing else is written with it. */
export const fillsNewColumns = (one: Read, text: Text): boolean => {
  const { input, context } = text;
  const { changes } = input.change;
  if (one.change?.verb !== 'update' || !changes.some(isNewColumn)) return false;
  const { fold } = context;
  const table = tableNamed(input, one.change.target, fold);
  const before = input.before.objects.find(
    ({ kind, name, namespace }) => kind === 'table' && name === table?.name && namespace === table.namespace,
  );
  const names = assigned(one.reading);
  if (!table || !before || !names || names.length === 0 || writesMore(before)) return false;
  const added = changes
    .filter(isNewColumn)
    .filter(({ subject: { parent } }) => parent?.name === table.name && parent.namespace === table.namespace)
    .map(({ subject }) => fold(subject.name));
  return names.every(
    ({ qualifier, column }) =>
      isOfTarget(one, qualifier, fold) && added.includes(fold(column)) && !perhapsThere(column, text),
  );
};
