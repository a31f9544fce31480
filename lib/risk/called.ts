// A table and its keys in the names they had before the plan, so that what is asked of them can be asked today. Pure.
import { type SchemaObject, schemaObject, type Value } from '../schema/index.ts';
import { tokenize } from '../sql/index.ts';
import type { MovesContext, Trail } from './trail.ts';

/** The name of a column before the plan; null for one of the plan's own, undefined where it kept its name. */
type Before = (name: string) => string | null | undefined;

const PLAIN = /^[a-z_][a-z0-9_]*$/;

/** Attributes that hold an expression over columns of the table. */
const EXPRESSIONS = ['expression', 'where', 'generated', 'default', 'check', 'definition'];

/** An expression over columns, as it would have read before the plan: names are replaced, calls and strings stay. */
const expressionAsBefore = (text: string, before: Before, { rules, quote }: MovesContext): string => {
  const tokens = tokenize(text, rules);
  const isCall = (at: number): boolean =>
    tokens.slice(at + 1).find(({ kind }) => kind !== 'space')?.text === '(';
  return tokens
    .map((token, at) => {
      if (token.kind !== 'word' && token.kind !== 'quoted-identifier') return token.text;
      const name = before(token.value ?? token.text);
      if (typeof name !== 'string' || (token.kind === 'word' && isCall(at))) return token.text;
      return token.kind === 'word' && PLAIN.test(name) ? name : quote(name);
    })
    .join('');
};

const valueAsBefore = (value: Value, before: Before, context: MovesContext): Value => {
  if (typeof value !== 'string') return value;
  return before(value) ?? expressionAsBefore(value, before, context);
};

/** A column, key, index or check in the names of before. */
const childAsBefore = (child: SchemaObject, before: Before, context: MovesContext): SchemaObject => {
  const { columns } = child.attributes;
  const said = EXPRESSIONS.flatMap((name) => {
    const text = child.attributes[name];
    return typeof text === 'string' ? [[name, expressionAsBefore(text, before, context)] as const] : [];
  });
  const named: Readonly<Record<string, Value>> = Array.isArray(columns)
    ? { columns: columns.map((name: Value) => valueAsBefore(name, before, context)) }
    : {};
  return schemaObject({
    ...child,
    name: child.kind === 'column' ? (before(child.name) ?? child.name) : child.name,
    attributes: { ...child.attributes, ...Object.fromEntries(said), ...named },
  });
};

/** The table as it is at the end, called as it and its columns were before the plan. */
export const calledAsBefore = (
  after: SchemaObject,
  origin: SchemaObject,
  parts: { readonly before: Before; readonly context: MovesContext },
): SchemaObject =>
  schemaObject({
    ...after,
    namespace: origin.namespace,
    name: origin.name,
    children: after.children.map((child) => childAsBefore(child, parts.before, parts.context)),
  });

/** `app."Users"`: the parts of a qualified name, without their quotes. */
const partsOf = (text: string): readonly string[] =>
  [...text.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );

/** The name of another table behind the namespace that stood before the given one. */
const inPlaceOf = (given: string, name: string): string => {
  const [namespace, own] = partsOf(given);
  if (own === undefined) return name;
  const said = (part = ''): string => (PLAIN.test(part) ? part : `"${part.replaceAll('"', '""')}"`);
  return `${said(namespace)}.${said(name)}`;
};

/** A foreign key whose parent table, or columns of it, had other names before the plan. */
export const referringAsBefore = (key: SchemaObject, trail: Trail, { fold }: MovesContext): SchemaObject => {
  const given = String(key.attributes.references ?? '');
  const same = partsOf(given).at(-1) ?? '';
  const found = [...trail.tables].find(
    ([name, { origin }]) =>
      origin !== null && (name.endsWith(`\u0000${fold(given)}`) || name.endsWith(`\u0000${fold(same)}`)),
  );
  const [, parent] = found ?? [];
  if (!parent?.origin) return key;
  const { referencedColumns } = key.attributes;
  const columns = Array.isArray(referencedColumns)
    ? referencedColumns.map((name: Value) => parent.columns.get(fold(String(name))) ?? name)
    : referencedColumns;
  const references = fold(same) === fold(parent.origin.name) ? given : inPlaceOf(given, parent.origin.name);
  return schemaObject({
    ...key,
    attributes: {
      ...key.attributes,
      references,
      ...(columns !== undefined && { referencedColumns: columns }),
    },
  });
};
