// Reads the plain values of a prisma.config file from its text, without running it. What is not a plain value is said to be
// unknown, never guessed. Pure.

/** What dbsync needs of a Prisma configuration. */
export interface PrismaConfig {
  /** As written, relative to the file. Null: not set. */
  readonly schema: string | null;
  readonly migrations: string | null;
  /** Whether the file has a datasource with a URL of its own. */
  readonly hasDatasource: boolean;
  /** Tables and enums that Prisma must leave alone (`tables.external`, `enums.external`). */
  readonly externalTables: readonly string[];
  readonly externalEnums: readonly string[];
}

type Members = ReadonlyMap<string, string>;

const OPEN = '([{';
const CLOSE = ')]}';

/** The offset after a string, template or comment that starts at `at`; `at` itself where none does. */
const skipQuoted = (text: string, at: number): number => {
  const char = text.charAt(at);
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  if (text.startsWith('/*', at)) {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  if (char !== '"' && char !== "'" && char !== '`') return at;
  for (let next = at + 1; next < text.length; next += 1) {
    if (text.charAt(next) === '\\') next += 1;
    else if (text.charAt(next) === char) return next + 1;
  }
  return text.length;
};

/** The text between the bracket at `at` and its partner; null where there is no partner. */
const bracketed = (text: string, at: number): string | null => {
  let depth = 0;
  for (let next = at; next < text.length; next += 1) {
    const after = skipQuoted(text, next);
    if (after > next) next = after - 1;
    else if (OPEN.includes(text.charAt(next))) depth += 1;
    else if (CLOSE.includes(text.charAt(next))) {
      depth -= 1;
      if (depth === 0) return text.slice(at + 1, next);
    }
  }
  return null;
};

/** The text without its comments. */
const bare = (text: string): string => {
  let out = '';
  for (let at = 0; at < text.length; at += 1) {
    const after = skipQuoted(text, at);
    if (after === at) out += text.charAt(at);
    else {
      out += text.charAt(at) === '/' ? ' ' : text.slice(at, after);
      at = after - 1;
    }
  }
  return out;
};

/** Splits at the commas of the outermost level. */
const splitMembers = (body: string): readonly string[] => {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const after = skipQuoted(body, at);
    if (after > at) at = after - 1;
    else if (OPEN.includes(body.charAt(at))) depth += 1;
    else if (CLOSE.includes(body.charAt(at))) depth -= 1;
    else if (body.charAt(at) === ',' && depth === 0) {
      parts.push(body.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, body.slice(start)].map((part) => part.trim()).filter((part) => part !== '');
};

/** The members of an object literal; null where one is no plain `key: value` (a spread, a shorthand, a computed key). */
const objectMembers = (body: string): Members | null => {
  const members = new Map<string, string>();
  for (const part of splitMembers(body)) {
    const found = /^(?:([A-Za-z_$][\w$]*)|"([^"\\]+)"|'([^'\\]+)')\s*(?::([\s\S]*)|\([\s\S]*)$/.exec(part);
    if (!found) return null;
    members.set(found[1] ?? found[2] ?? found[3] ?? '', (found[4] ?? '').trim());
  }
  return members;
};

const nested = (value: string): Members | null => {
  const body = value.startsWith('{') ? bracketed(value, 0) : null;
  return body === null ? null : objectMembers(body);
};

const literalOf = (value: string): string | null => {
  const literal = /^(?:"([^"\\\n]*)"|'([^'\\\n]*)'|`([^`\\$]*)`)$/.exec(value);
  return literal ? (literal[1] ?? literal[2] ?? literal[3] ?? '') : null;
};

/** A string literal, or a `path.join(...)` or `path.resolve(...)` of them, from the file's own folder or not. */
const plainString = (value: string): string | null => {
  const call = /^(?:path\.)?(?:join|resolve)\(([\s\S]*)\)$/.exec(value);
  if (!call) return literalOf(value);
  const [first = '', ...rest] = splitMembers(call[1] ?? '');
  const start = /^(?:__dirname|import\.meta\.dirname)$/.test(first) ? '.' : plainString(first);
  const parts = [start, ...rest.map(plainString)];
  // An absolute part begins anew in `resolve`.
  const absolute = rest.some((part) => plainString(part)?.startsWith('/'));
  return absolute || parts.some((part) => part === null) ? null : parts.join('/');
};

/** `__dirname` may be any name of the file's; it is understood where it is the file's folder. */
const namesOwnFolder = (text: string): boolean => {
  const made = /\b__dirname\s*=\s*([^;\n]*)/.exec(text)?.[1];
  return (
    made === undefined ||
    /^(?:path\.)?dirname\(\s*(?:url\.)?fileURLToPath\(\s*import\.meta\.url\s*\)\s*\)$/.test(made.trim())
  );
};

const plainList = (value: string | undefined): readonly string[] | null => {
  if (value === undefined) return [];
  const body = value.startsWith('[') ? bracketed(value, 0) : null;
  const items = body === null ? [null] : splitMembers(body).map(plainString);
  const plain = items.filter((item) => item !== null);
  return plain.length === items.length ? plain : null;
};

/** Where the exported object starts: `defineConfig({`, `export default {`, `module.exports = {`. */
const exported = (text: string): string | null => {
  const found = /\bdefineConfig\s*(?:<[^>]*>)?\(\s*\{|export\s+default\s*\{|module\.exports\s*=\s*\{/.exec(
    text,
  );
  return found ? bracketed(text, found.index + found[0].length - 1) : null;
};

const external = (members: Members, key: string): readonly string[] | null => {
  const value = members.get(key);
  if (value === undefined) return [];
  const inner = nested(value);
  return inner === null ? null : plainList(inner.get('external'));
};

/** The configuration, where everything that matters is written plainly; null where the file would have to run to tell. */
export const readConfigText = (text: string): PrismaConfig | null => {
  const code = bare(text);
  const body = exported(code);
  const members = body === null || !namesOwnFolder(code) ? null : objectMembers(body);
  if (members === null) return null;
  const schemaText = members.get('schema');
  const schema = schemaText === undefined ? null : plainString(schemaText);
  const migrationsText = members.get('migrations');
  const block = migrationsText === undefined ? null : nested(migrationsText);
  const pathText = block?.get('path');
  const migrations = pathText === undefined ? null : plainString(pathText);
  const externalTables = external(members, 'tables');
  const externalEnums = external(members, 'enums');
  const unclear =
    (schemaText !== undefined && schema === null) ||
    (migrationsText !== undefined && block === null) ||
    (pathText !== undefined && migrations === null);
  if (unclear || externalTables === null || externalEnums === null) return null;
  return { schema, migrations, hasDatasource: members.has('datasource'), externalTables, externalEnums };
};
