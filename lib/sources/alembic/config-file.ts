// Reads Alembic's configuration text: sections of an ini file, the [tool.alembic] table of a pyproject.toml. Opens no file.

/** Sections by name; keys are lower-case, as configparser makes them. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Parses an ini file the way Python's configparser does: `=` or `:`, indented continuation lines, full-line comments. */
export const parseIni = (text: string): Sections => {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | null = null;
  let key: string | null = null;
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line);
    const pair = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (header) {
      const name = header[1] ?? '';
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      key = null;
    } else if (/^\s/.test(line) && section && key !== null) {
      section.set(key, `${section.get(key) ?? ''}\n${line.trim()}`);
    } else if (pair && section) {
      key = (pair[1] ?? '').toLowerCase();
      section.set(key, (pair[2] ?? '').trim());
    }
  }
  return sections;
};

/** One option with `%(name)s` and `%%` resolved; null where it is absent or names what is not there. */
export const optionOf = (sections: Sections, section: string, name: string, here: string): string | null => {
  const defaults = sections.get('DEFAULT');
  const values = sections.get(section);
  const raw = (key: string): string | null =>
    key === 'here' ? here : (values?.get(key) ?? defaults?.get(key) ?? null);
  const resolve = (text: string, depth: number): string | null => {
    if (depth > 10) return null;
    let missing = false;
    const done = text.replace(/%(?:%|\(([^)]+)\)s)/g, (whole, key: string | undefined) => {
      if (key === undefined) return '%';
      const value = raw(key.toLowerCase());
      const inner = value === null ? null : key === 'here' ? value : resolve(value, depth + 1);
      if (inner === null) missing = true;
      return inner ?? whole;
    });
    return missing ? null : done;
  };
  const value = raw(name);
  return value === null ? null : resolve(value, 0);
};

/** Names of sections that describe a migration environment (`alembic -n <name>`). */
export const environmentSections = (sections: Sections): readonly string[] =>
  [...sections].filter(([, values]) => values.has('script_location')).map(([name]) => name);

const unquoted = (text: string): string => text.replace(/^(["'])(.*)\1$/s, '$2');

/** The `[tool.alembic]` table: strings, and arrays of strings joined by line ends; null where there is none. */
export const parseToolTable = (text: string): ReadonlyMap<string, string> | null => {
  const start = /^\[tool\.alembic\]\s*(?:#.*)?$/m.exec(text);
  if (!start) return null;
  const rest = text.slice(start.index + start[0].length);
  const end = /^\[/m.exec(rest);
  const body = end ? rest.slice(0, end.index) : rest;
  const table = new Map<string, string>();
  for (const match of body.matchAll(/^\s*([\w-]+)\s*=\s*(\[[^\]]*\]|"[^"\n]*"|'[^'\n]*')/gm)) {
    const value = match[2] ?? '';
    const items = value.startsWith('[') ? (value.match(/"[^"\n]*"|'[^'\n]*'/g) ?? []) : [value];
    table.set(match[1] ?? '', items.map(unquoted).join('\n'));
  }
  return table;
};

const SEPARATORS: Readonly<Record<string, RegExp>> = {
  os: /[:\n]/,
  ':': /[:\n]/,
  ';': /[;\n]/,
  space: /[ \n]/,
  newline: /\n/,
};

/** Splits `version_locations`; without a stated separator Alembic splits at spaces and commas. */
export const splitLocations = (text: string, separator: string | null): readonly string[] =>
  text
    .split(SEPARATORS[separator ?? ''] ?? /,\s*|\s+/)
    .map((item) => item.trim())
    .filter(Boolean);
