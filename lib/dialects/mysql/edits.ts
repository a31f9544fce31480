// What one statement does to the schema, as far as its clauses tell. Knows no live schema.
import { type ObjectName, type SchemaEdit, type SchemaObject, schemaObject } from '../../schema/index.ts';
import { oncePerStatement, type Statement } from '../../sql/index.ts';
import { columnObject } from './edits/columns.ts';
import { indexObject, keyObject, listAt } from './edits/keys.ts';
import { alterOf, behindWait, clauseColumn } from './scan/alter.ts';
import { type ObjectHead, objectHead, renamesAt } from './scan/head.ts';
import { isName, nameAt, type Word, wordsOf } from './scan/words.ts';

type Clause = readonly Word[];

const named = (kind: string, name: string): ObjectName => ({ kind, namespace: null, name });
const table = (name: string): ObjectName => named('table', name);
const text = (words: Clause, at: number): string =>
  words[at]?.kind === 'word' ? (words[at]?.text ?? '') : '';

/** A column and what stands with it: its primary or unique key. */
const columnParts = (name: string, words: Clause): readonly SchemaObject[] => {
  const says = (word: string): boolean => words.some((one) => one.kind === 'word' && one.text === word);
  const keys: SchemaObject[] = [];
  if (says('PRIMARY'))
    keys.push(
      schemaObject({ kind: 'primary-key', name: 'PRIMARY', attributes: { columns: [name], unique: true } }),
    );
  else if (says('UNIQUE'))
    keys.push(
      schemaObject({ kind: 'index', name, attributes: { columns: [name], unique: true, using: 'btree' } }),
    );
  return [columnObject(name, words), ...keys];
};

const element = (words: Clause): readonly SchemaObject[] => {
  const key = keyObject(words);
  if (key) return [key];
  const name = nameAt(words, 0);
  return name ? columnParts(name.name, words.slice(name.next)) : [];
};

/** Columns of the primary key are required, also where it stands apart. */
const required = (children: readonly SchemaObject[]): readonly SchemaObject[] => {
  const key = children.find(({ kind }) => kind === 'primary-key')?.attributes.columns;
  if (!Array.isArray(key)) return children;
  return children.map((child) =>
    child.kind === 'column' && key.includes(child.name)
      ? schemaObject({ ...child, attributes: { ...child.attributes, nullable: false } })
      : child,
  );
};

/** `DEFAULT CHARSET = utf8mb4`, `COLLATE utf8mb4_bin`, `ROW_FORMAT = COMPACT`, behind the table's parentheses. */
const optionsOf = (words: Clause, from: number): Readonly<Record<string, string | undefined>> => {
  let depth = 0;
  const end = words.findIndex(({ text: sign }, at) => {
    if (at >= from) depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    return at >= from && depth === 0;
  });
  const options = words.slice(end + 1);
  const behind = (...names: readonly string[]): string | undefined => {
    const at = options.findIndex((word) => word.kind === 'word' && names.includes(word.text));
    const value = at < 0 ? undefined : options[options[at + 1]?.text === '=' ? at + 2 : at + 1];
    return value?.value.toLowerCase();
  };
  return { collation: behind('COLLATE') ?? behind('CHARSET', 'SET'), rowFormat: behind('ROW_FORMAT') };
};

const tableMade = (words: Clause, head: ObjectHead): readonly SchemaEdit[] => {
  const name = nameAt(words, head.at);
  if (!name) return [];
  const children = required(listAt(words, name.next).flatMap(element));
  const object = schemaObject({
    ...table(name.name),
    attributes: optionsOf(words, name.next),
    children,
  });
  const ifMissing = words.slice(0, head.at).some((word) => word.text === 'EXISTS');
  const replaces = head.verb.includes('OR REPLACE');
  const old: SchemaEdit[] = replaces ? [{ do: 'drop', object: table(name.name), ifThere: true }] : [];
  return [...old, { do: 'create', object, ifMissing }];
};

const indexMade = (words: Clause, head: ObjectHead): readonly SchemaEdit[] => {
  const on = words.findIndex((word, index) => index >= head.at && word.kind === 'word' && word.text === 'ON');
  const owner = on < 0 ? null : nameAt(words, on + 1);
  const name = nameAt(words, head.at);
  if (!owner || !name) return [];
  const using = /FULLTEXT|SPATIAL/.exec(head.verb)?.[0].toLowerCase() ?? 'btree';
  const index = indexObject(words.slice(owner.next), { unique: head.verb.includes('UNIQUE'), using });
  return [{ do: 'add', to: table(owner.name), child: { ...index, name: name.name } }];
};

const dropList = (kind: string, words: Clause, head: ObjectHead): readonly SchemaEdit[] => {
  const ifThere = words.slice(0, head.at).some((word) => word.text === 'EXISTS');
  const edits: SchemaEdit[] = [];
  for (let at = head.at; ; ) {
    const name = nameAt(words, at);
    if (!name) break;
    edits.push({ do: 'drop', object: named(kind, name.name), ifThere });
    if (words[name.next]?.text !== ',') break;
    at = name.next + 1;
  }
  return edits;
};

const indexDropped = (words: Clause, head: ObjectHead): readonly SchemaEdit[] => {
  const name = nameAt(words, head.at);
  const on = words.findIndex((word, index) => index > head.at && word.text === 'ON');
  const owner = on < 0 ? null : nameAt(words, on + 1);
  if (!name || !owner) return [];
  const kinds = [/^PRIMARY$/i.test(name.name) ? 'primary-key' : 'index'];
  return [{ do: 'remove', from: table(owner.name), child: { kinds, name: name.name } }];
};

const tablesRenamed = (words: Clause, at: number): readonly SchemaEdit[] => {
  const edits: SchemaEdit[] = [];
  for (let from = nameAt(words, at); from; ) {
    const behind = behindWait(words, from.next);
    const to = words[behind]?.text === 'TO' ? nameAt(words, behind + 1) : null;
    if (!to) break;
    edits.push({ do: 'rename', object: table(from.name), to: { namespace: null, name: to.name } });
    from = words[to.next]?.text === ',' ? nameAt(words, to.next + 1) : null;
  }
  return edits;
};

/** `ADD PARTITION (...)`, `DROP PERIOD FOR SYSTEM_TIME`, `DROP SYSTEM VERSIONING`. */
const NO_COLUMN = /^(PARTITION|PERIOD|SYSTEM)$/;
const isNoColumn = (word: Word | undefined): boolean =>
  /^(PARTITION|PARTITIONS|FOR|VERSIONING|IF|\()$/.test(word?.text ?? '');

/** `ADD COLUMN (a INT, b INT)`, `ADD a INT`, `ADD KEY ...`. */
const added = (to: ObjectName, clause: Clause): readonly SchemaEdit[] => {
  const skip = (at: number): number => (text(clause, at) === 'IF' ? at + 3 : at);
  if (NO_COLUMN.test(text(clause, 1)) && isNoColumn(clause[2])) return [];
  const start = skip(text(clause, 1) === 'COLUMN' ? 2 : 1);
  const items = clause[start]?.text === '(' ? listAt(clause, start) : [clause.slice(start)];
  return items
    .flatMap(element)
    .map((child) => ({ do: 'add', to, child, ifMissing: text(clause, start - 3) === 'IF' }));
};

const DROPPED: Readonly<Record<string, readonly string[]>> = {
  INDEX: ['index'],
  KEY: ['index'],
  FOREIGN: ['foreign-key'],
  CONSTRAINT: ['foreign-key', 'check', 'index'],
  CHECK: ['check'],
};

const dropped = (from: ObjectName, clause: Clause): readonly SchemaEdit[] => {
  const what = text(clause, 1);
  if (what === 'PRIMARY') return [{ do: 'remove', from, child: { kinds: ['primary-key'], name: 'PRIMARY' } }];
  if (what === 'PARTITION' || (NO_COLUMN.test(what) && isNoColumn(clause[2]))) return [];
  const kinds = DROPPED[what] ?? ['column'];
  // The primary key is an index of this name (manual, "DROP INDEX").
  if (kinds.includes('index') && /^PRIMARY$/i.test(clause[2]?.value ?? ''))
    return [{ do: 'remove', from, child: { kinds: ['primary-key'], name: 'PRIMARY' } }];
  let at = what === 'FOREIGN' ? 3 : kinds[0] === 'column' && what !== 'COLUMN' ? 1 : 2;
  const ifThere = text(clause, at) === 'IF';
  if (ifThere) at += 2;
  const name = nameAt(clause, at);
  return name ? [{ do: 'remove', from, child: { kinds, name: name.name }, ifThere }] : [];
};

const restated = (of: ObjectName, clause: Clause): readonly SchemaEdit[] => {
  const found = clauseColumn(clause);
  if (!found) return [];
  const renames = found.verb === 'CHANGE' ? nameAt(found.rest, 0) : null;
  if (found.verb === 'CHANGE' && !renames) return [];
  const as = columnObject(
    renames?.name ?? found.column,
    renames ? found.rest.slice(renames.next) : found.rest,
  );
  const was = { type: 'unknown', ...(as.attributes.nullable === false && { nullable: true }) };
  return [{ do: 'restate', of, child: { kinds: ['column'], name: found.column }, as, was }];
};

const renamed = (of: ObjectName, clause: Clause): readonly SchemaEdit[] => {
  const what = text(clause, 1);
  if (/^(COLUMN|INDEX|KEY)$/.test(what)) {
    const from = nameAt(clause, text(clause, 2) === 'IF' ? 4 : 2);
    const to = from && nameAt(clause, from.next + 1);
    const kinds = [what === 'COLUMN' ? 'column' : 'index'];
    return from && to ? [{ do: 'rename-child', of, child: { kinds, name: from.name }, to: to.name }] : [];
  }
  const to = nameAt(clause, /^(TO|AS)$/.test(what) ? 2 : 1);
  return to ? [{ do: 'rename', object: of, to: { namespace: null, name: to.name } }] : [];
};

/** `ALTER COLUMN x SET DEFAULT 1`, `DROP DEFAULT`. */
const presetChanged = (of: ObjectName, clause: Clause): readonly SchemaEdit[] => {
  const found = clauseColumn(clause);
  if (!found || text(found.rest, 1) !== 'DEFAULT') return [];
  const value =
    text(found.rest, 0) === 'SET'
      ? found.rest
          .slice(2)
          .map((word) => word.text)
          .join(' ')
      : undefined;
  return [
    {
      do: 'alter-child',
      of,
      child: { kinds: ['column'], name: found.column },
      set: { default: value },
      was: { default: 'unknown' },
    },
  ];
};

/** Options of the table as a whole, in the model's words. */
const optionChanged = (object: ObjectName, clause: Clause): readonly SchemaEdit[] => {
  const value = (at: number): string => clause[clause[at]?.text === '=' ? at + 1 : at]?.value ?? '';
  if (text(clause, 0) === 'ENGINE')
    return [{ do: 'alter', object, set: { engine: value(1) }, was: { engine: 'unknown' } }];
  if (text(clause, 0) === 'ROW_FORMAT')
    return [
      { do: 'alter', object, set: { rowFormat: value(1).toLowerCase() }, was: { rowFormat: 'unknown' } },
    ];
  return [];
};

const CLAUSES: Readonly<Record<string, (of: ObjectName, clause: Clause) => readonly SchemaEdit[]>> = {
  ADD: added,
  DROP: dropped,
  MODIFY: restated,
  CHANGE: restated,
  RENAME: renamed,
  ALTER: presetChanged,
};

const OTHER_KINDS: Readonly<Record<string, string>> = {
  VIEW: 'view',
  PROCEDURE: 'procedure',
  FUNCTION: 'function',
  EVENT: 'event',
  PACKAGE: 'package',
  SEQUENCE: 'sequence',
};

const other = (words: Clause, head: ObjectHead): readonly SchemaEdit[] => {
  const kind = OTHER_KINDS[head.object];
  if (kind === undefined) return [];
  if (head.verb.startsWith('DROP')) return dropList(kind, words, head);
  const name = head.verb.startsWith('CREATE') ? nameAt(words, head.at) : null;
  return name ? [{ do: 'create', object: schemaObject(named(kind, name.name)), ifMissing: true }] : [];
};

const triggerEdits = (words: Clause, head: ObjectHead): readonly SchemaEdit[] => {
  const name = nameAt(words, head.at);
  const on = words.findIndex((word, index) => index > head.at && word.kind === 'word' && word.text === 'ON');
  const owner = on < 0 || !isName(words[on + 1]) ? null : nameAt(words, on + 1);
  if (name && head.verb.startsWith('DROP'))
    return [{ do: 'remove', from: null, child: { kinds: ['trigger'], name: name.name } }];
  if (!name || !owner) return [];
  return [{ do: 'add', to: table(owner.name), child: schemaObject({ kind: 'trigger', name: name.name }) }];
};

const headed = (words: Clause, head: ObjectHead): readonly SchemaEdit[] => {
  const key = `${head.verb.split(' ')[0] ?? ''} ${head.object}`;
  if (key === 'CREATE TABLE') return tableMade(words, head);
  if (key === 'DROP TABLE') return dropList('table', words, head);
  if (key === 'CREATE INDEX') return indexMade(words, head);
  if (key === 'DROP INDEX') return indexDropped(words, head);
  return head.object === 'TRIGGER' ? triggerEdits(words, head) : other(words, head);
};

/**
 * The clauses of one ALTER speak of the table as it was before it (manual, "ALTER TABLE"): what is dropped is what was there, and a
 * new name of the table is its last act.
 */
const rank = (edit: SchemaEdit): number => (edit.do === 'remove' ? 0 : edit.do === 'rename' ? 2 : 1);

/** Everything that the statement does to the schema, in order. */
export const edits = oncePerStatement((statement: Statement): readonly SchemaEdit[] => {
  const words = wordsOf(statement.text);
  const renames = renamesAt(words);
  if (renames !== null) return tablesRenamed(words, renames);
  const alter = alterOf({ migration: '', statement });
  if (alter) {
    const of = table(alter.table);
    return alter.clauses
      .flatMap((clause) => (CLAUSES[text(clause, 0)] ?? optionChanged)(of, clause))
      .sort((a, b) => rank(a) - rank(b));
  }
  const head = /^(CREATE|DROP)$/.test(words[0]?.text ?? '') ? objectHead(words) : null;
  return head ? headed(words, head) : [];
});
