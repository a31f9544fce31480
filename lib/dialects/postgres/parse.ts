// PostgreSQL's own parser. The only importer of libpg-query; turns its trees into something that can be asked safely.
import { loadModule, parseSync } from 'libpg-query';

// The parser is WebAssembly and must be loaded once before it can answer synchronously (about 30 ms).
await loadModule();

/** One node of a syntax tree: its type, and its fields by PostgreSQL's own names. */
export interface Node {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the parser made of a text. */
export type Parsed =
  | { readonly ok: true; readonly nodes: readonly Node[] }
  | { readonly ok: false; readonly message: string };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{ CreateStmt: {...} }` as a node; null for anything else. */
export const nodeOf = (value: unknown): Node | null => {
  if (!isRecord(value)) return null;
  const [entry] = Object.entries(value);
  return entry && isRecord(entry[1]) ? { type: entry[0], fields: entry[1] } : null;
};

export const textField = (fields: Readonly<Record<string, unknown>>, name: string): string | null => {
  const value = fields[name];
  return typeof value === 'string' ? value : null;
};

export const flag = (fields: Readonly<Record<string, unknown>>, name: string): boolean =>
  fields[name] === true;

/** A field that is a plain structure, such as `relation`. */
export const record = (
  fields: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> | null => {
  const value = fields[name];
  return isRecord(value) ? value : null;
};

/** A field that is a list of nodes. */
export const nodes = (fields: Readonly<Record<string, unknown>>, name: string): readonly Node[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.map(nodeOf).filter((node) => node !== null) : [];
};

/** A field that is one node. */
export const node = (fields: Readonly<Record<string, unknown>>, name: string): Node | null =>
  nodeOf(fields[name]);

/** The text of a `String` node. */
export const stringOf = (item: Node): string =>
  item.type === 'String' ? (textField(item.fields, 'sval') ?? '') : '';

/** The texts of a list of `String` nodes: a dotted name. */
export const names = (fields: Readonly<Record<string, unknown>>, name: string): readonly string[] =>
  nodes(fields, name)
    .filter((item) => item.type === 'String')
    .map(stringOf);

const parse = (text: string): Parsed => {
  try {
    const found: readonly unknown[] = parseSync(text).stmts ?? [];
    const list = found.map((item) => (isRecord(item) ? nodeOf(item.stmt) : null));
    return { ok: true, nodes: list.filter((item) => item !== null) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
};

const remembered = new Map<string, Parsed>();
const REMEMBERED = 2000;

/** Parses a text; the answers to the last two thousand texts are remembered, as each is asked for several times. */
export const parseSql = (text: string): Parsed => {
  const known = remembered.get(text);
  if (known) return known;
  const parsed = parse(text);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(text, parsed);
  return parsed;
};

/** Visits every node of a tree, the root included, whatever it is nested in and however deep: long sums are deep trees. */
export const visit = (
  root: unknown,
  see: (type: string, fields: Readonly<Record<string, unknown>>) => void,
): void => {
  const pending: (readonly [name: string | null, value: unknown])[] = [[null, root]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [name, value] = next;
    if (name !== null && isRecord(value)) see(name, value);
    const inner: (readonly [string | null, unknown])[] = Array.isArray(value)
      ? value.map((item) => [null, item] as const)
      : isRecord(value)
        ? Object.entries(value)
        : [];
    for (const item of inner.reverse()) if (typeof item[1] === 'object') pending.push(item);
  }
};
