// The safer way of a statement in SQL that can be sent as it is, where there is one. Pure; what the hazard is, its rule says. Every
// text of this file is sent to a server by tests/unit/postgres-rewrites.test.ts.
import type { PlannedStatement } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { flag, type Node, names, node, nodes, textField } from '../parse.ts';
import { literal, quote } from '../quote.ts';
import { type ParsedStatement, quotedName, type Scene } from './scene.ts';

/** Where the next statement must not stand in the same transaction. */
const LATER = '-- In a later migration:';
const BATCHES = '-- In a later migration, until no row is left:';

/** What is cut and pasted: one line of thought without remarks, whose places are told in bytes. */
const isPlain = (text: string): boolean => !/--|\/\*|[^\u0000-\u007f]/.test(text);

const bare = (text: string): string => text.trim().replace(/;\s*$/, '');

const parsedAt = (scene: Scene, at: PlannedStatement | undefined): ParsedStatement | undefined =>
  scene.statements.find(({ planned }) => planned === at);

/** The only part of an ALTER TABLE that can be rewritten; undefined for every other statement. */
const solePart = (one: ParsedStatement | undefined, subtype: string): Node | undefined => {
  if (one?.node.type !== 'AlterTableStmt' || !isPlain(one.planned.statement.text)) return undefined;
  const [command, ...others] = nodes(one.node.fields, 'cmds');
  return others.length === 0 && command && textField(command.fields, 'subtype') === subtype
    ? command
    : undefined;
};

/** What a constraint that was added NOT VALID still lacks. */
export const validate = (table: SchemaObject, name: string): string =>
  `ALTER TABLE ${quotedName(table)} VALIDATE CONSTRAINT ${quote(name)};`;

/** A foreign key or check: NOT VALID first, then read beside the writers. */
export const addedNotValid = (
  scene: Scene,
  {
    table,
    name,
    at,
  }: { readonly table: SchemaObject; readonly name: string; readonly at: PlannedStatement | undefined },
): string | undefined => {
  const one = parsedAt(scene, at);
  if (!one || !solePart(one, 'AT_AddConstraint')) return undefined;
  return [`${bare(one.planned.statement.text)} NOT VALID;`, LATER, validate(table, name)].join('\n');
};

/** NOT NULL by a check that is read beside the writers; SET NOT NULL then reads nothing, from version 12 on. */
export const notNullByCheck = (scene: Scene, table: SchemaObject, column: string): string | undefined => {
  if (scene.major < 12) return undefined;
  const [own, name] = [quotedName(table), `${table.name}_${column}_given`.slice(0, 63)];
  return [
    `ALTER TABLE ${own} ADD CONSTRAINT ${quote(name)} CHECK (${quote(column)} IS NOT NULL) NOT VALID;`,
    LATER,
    validate(table, name),
    LATER,
    `ALTER TABLE ${own} ALTER COLUMN ${quote(column)} SET NOT NULL;`,
    `ALTER TABLE ${own} DROP CONSTRAINT ${quote(name)};`,
  ].join('\n');
};

const WORDS: Readonly<Record<string, string>> = { 'primary-key': 'PRIMARY KEY', unique: 'UNIQUE' };

/** A key whose index is built beside the writers. A partitioned table has no such way, nor has a key with more than columns. */
export const keyByIndex = (
  scene: Scene,
  {
    table,
    key,
    at,
  }: { readonly table: SchemaObject; readonly key: SchemaObject; readonly at: PlannedStatement | undefined },
): string | undefined => {
  const words = WORDS[key.kind];
  const constraint = node(solePart(parsedAt(scene, at), 'AT_AddConstraint')?.fields ?? {}, 'def')?.fields;
  if (words === undefined || !constraint || table.attributes.partitionKey !== undefined) return undefined;
  if (['including', 'options', 'without_overlaps', 'nulls_not_distinct'].some((name) => constraint[name]))
    return undefined;
  const columns = names(constraint, 'keys').map(quote).join(', ');
  const deferred = flag(constraint, 'initdeferred') ? ' DEFERRABLE INITIALLY DEFERRED' : ' DEFERRABLE';
  return [
    `CREATE UNIQUE INDEX CONCURRENTLY ${quote(key.name)} ON ${quotedName(table)} (${columns});`,
    LATER,
    `ALTER TABLE ${quotedName(table)} ADD CONSTRAINT ${quote(key.name)} ${words} USING INDEX ${quote(key.name)}${flag(constraint, 'deferrable') ? deferred : ''};`,
  ].join('\n');
};

/** A default that differs by row: for new rows at once, for old ones in batches. */
export const defaultAfterwards = (
  scene: Scene,
  {
    table,
    column,
    at,
  }: { readonly table: SchemaObject; readonly column: string; readonly at: PlannedStatement },
): string | undefined => {
  const one = parsedAt(scene, at);
  const declared = node(solePart(one, 'AT_AddColumn')?.fields ?? {}, 'def')?.fields;
  const [preset, ...others] = declared ? nodes(declared, 'constraints') : [];
  if (!one || !preset || textField(preset.fields, 'contype') !== 'CONSTR_DEFAULT' || others.length > 0)
    return undefined;
  const text = one.planned.statement.text;
  const place = Number(preset.fields.location);
  const expression = bare(text.slice(place)).replace(/^DEFAULT\s+/i, '');
  const [own, name] = [quotedName(table), quote(column)];
  return [
    `${text.slice(0, place).trim()};`,
    `ALTER TABLE ${own} ALTER COLUMN ${name} SET DEFAULT ${expression};`,
    BATCHES,
    `UPDATE ${own} SET ${name} = DEFAULT WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${own} WHERE ${name} IS NULL LIMIT 10000));`,
  ].join('\n');
};

/** DETACH beside the users of the table, from version 14 on. */
export const detachedBeside = (scene: Scene, one: ParsedStatement): string | undefined =>
  scene.major >= 14 && solePart(one, 'AT_DetachPartition')
    ? `${bare(one.planned.statement.text)} CONCURRENTLY;`
    : undefined;

const PARTITION_MADE =
  /^CREATE\s+TABLE\s+((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)\s+PARTITION\s+OF\s+((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)\s+(FOR\s+VALUES\b[^;]*\)|DEFAULT)$/i;

/** The partition made by itself and attached: readers and writers of the parent go on. */
export const attachedBeside = ({ planned }: ParsedStatement): string | undefined => {
  const [, name, parent, bounds] = PARTITION_MADE.exec(bare(planned.statement.text)) ?? [];
  return name === undefined
    ? undefined
    : `CREATE TABLE ${name} (LIKE ${parent} INCLUDING ALL);\nALTER TABLE ${parent} ATTACH PARTITION ${name} ${bounds};`;
};

/** REINDEX beside the writers, from version 12 on; system catalogues have no such way. */
export const reindexedBeside = (scene: Scene, { planned }: ParsedStatement): string | undefined => {
  const { text } = planned.statement;
  const found = /^\s*REINDEX\s+(?:\([^)]*\)\s*)?(?:INDEX|TABLE|SCHEMA|DATABASE)\b/i.exec(text);
  if (!found || scene.major < 12) return undefined;
  return `${found[0].trim()} CONCURRENTLY${bare(text).slice(found[0].length)};`;
};

/** REFRESH beside the readers, which needs a unique index of columns alone, over all rows. */
export const refreshedBeside = ({ planned, node: { fields } }: ParsedStatement): string | undefined =>
  flag(fields, 'skipData')
    ? undefined
    : `${bare(planned.statement.text).replace(/^(REFRESH\s+MATERIALIZED\s+VIEW)\b/i, '$1 CONCURRENTLY')};`;

/** A setting that ends with the transaction. */
export const setLocally = ({ planned }: ParsedStatement): string | undefined => {
  const text = bare(planned.statement.text);
  return /^SET\b/i.test(text)
    ? `${text.replace(/^SET\s+(?:SESSION\s+(?!AUTHORIZATION))?/i, 'SET LOCAL ')};`
    : undefined;
};

/** The foreign keys' own triggers are not the users'. */
export const usersTriggers = (table: SchemaObject): string =>
  `ALTER TABLE ${quotedName(table)} DISABLE TRIGGER USER;`;

/** The counter behind the last number that a row holds. */
export const counterFromRows = (sequence: SchemaObject | undefined): string | undefined => {
  const owned = sequence?.attributes.ownedBy;
  const [namespace, table, column] = Array.isArray(owned) ? owned.map(String) : [];
  if (!sequence || namespace === undefined || table === undefined || column === undefined) return undefined;
  const rows = `SELECT max(${quote(column)}) FROM ${quotedName({ namespace, name: table })}`;
  return `SELECT setval(${literal(quotedName(sequence))}, coalesce((${rows}), 1));`;
};

/** The index that a foreign key's columns lack; a table that the plan itself makes has no writers to build it beside. */
export const indexOf = (table: SchemaObject, columns: readonly string[], isNew: boolean): string =>
  `CREATE INDEX ${isNew ? '' : 'CONCURRENTLY '}ON ${quotedName(table)} (${columns.map(quote).join(', ')});`;
