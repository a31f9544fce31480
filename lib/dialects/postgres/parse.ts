// PostgreSQL's own parser. The only importer of libpg-query; turns its trees into something that can be asked safely.
import { setFlagsFromString } from 'node:v8';

type Parser = typeof import('libpg-query');

/**
 * V8 translates a function of WebAssembly once more, with its optimizing compiler, when it has run for a while; for the grammar, one
 * very large function, that is the first statement, and costs 0.2 s of processor time, which thousands of statements do not bring
 * back (https://v8.dev/docs/wasm-compilation-pipeline, "Dynamic tier-up"). So the while is longer for a module that is loaded meanwhile, and as it was for others; 1800000 is V8's own.
 */
const budget = (bytes: number): void => setFlagsFromString(`--wasm-tiering-budget=${bytes}`);

/** Null until it is loaded. */
let parser: Parser | null = null;

/** Loads the parser: WebAssembly that must be compiled before it can answer, which takes as long as starting Node. */
export const loadParser = async (): Promise<void> => {
  if (parser) return;
  budget(1_000_000_000);
  try {
    const loaded = await import('libpg-query');
    await loaded.loadModule();
    parser = loaded;
  } finally {
    budget(1_800_000);
  }
};

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
const nodeOf = (value: unknown): Node | null => {
  if (!isRecord(value)) return null;
  // A node has one member; asking for a list of members is felt in long histories.
  for (const type in value) {
    const fields = value[type];
    return isRecord(fields) ? { type, fields } : null;
  }
  return null;
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

const NONE: readonly Node[] = [];

/** A field that is a list of nodes. */
export const nodes = (fields: Readonly<Record<string, unknown>>, name: string): readonly Node[] => {
  const value = fields[name];
  if (!Array.isArray(value)) return NONE;
  const found: Node[] = [];
  for (const item of value) {
    const one = nodeOf(item);
    if (one) found.push(one);
  }
  return found;
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
  if (!parser) throw new Error('The parser of PostgreSQL was not loaded before a text was to be parsed.');
  try {
    const found: readonly unknown[] = parser.parseSync(text).stmts ?? [];
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
  // Two lists in step: a pair for each would be most of the work.
  const names: (string | null)[] = [null];
  const values: unknown[] = [root];
  while (values.length > 0) {
    const value = values.pop();
    const name = names.pop() ?? null;
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (let at = value.length - 1; at >= 0; at -= 1) {
        names.push(null);
        values.push(value[at]);
      }
    } else if (isRecord(value)) {
      if (name !== null) see(name, value);
      const members = Object.keys(value);
      for (let at = members.length - 1; at >= 0; at -= 1) {
        const member = members[at] ?? '';
        const inner = value[member];
        if (typeof inner !== 'object') continue;
        names.push(member);
        values.push(inner);
      }
    }
  }
};

/** Whether an option of a list is there and not switched off. */
export const hasOption = (fields: Readonly<Record<string, unknown>>, list: string, name: string): boolean =>
  nodes(fields, list).some((item) => {
    if (item.type !== 'DefElem' || textField(item.fields, 'defname') !== name) return false;
    const value = node(item.fields, 'arg');
    return (
      !value ||
      !/^(false|off|0)$/.test(
        textField(value.fields, 'sval') ?? String(value.fields.boolval ?? value.fields.ival ?? ''),
      )
    );
  });
