// The names of variables through which a project's env.py learns where the database is. Reads texts and names, keeps no value.
import path from 'node:path';
import { readText } from './layout.ts';
import { DRIVER_VARIABLES, PART_VARIABLE, URL_VARIABLES } from './providers.ts';

/** One variable that the bridge sets, inside the Python process only. */
export interface NamedVariable {
  readonly name: string;
  readonly part: 'url' | 'host' | 'port' | 'username' | 'password' | 'database';
  /** The driver that the variable's present value names (`asyncpg`), where it has one. */
  readonly driver: string | null;
}

const READS = [
  /\bos\.environ(?:\.get\(|\[|\.pop\()\s*["']([A-Za-z_]\w*)["']/g,
  /\b(?:os\.)?getenv\(\s*["']([A-Za-z_]\w*)["']/g,
  /\b(?:config|env|env\.str|decouple\.config)\(\s*["']([A-Z_][A-Z0-9_]*)["']/g,
];

/** `config.get_main_option('url')`, and what is taken by name out of `config.get_section(...)`. */
const OPTION =
  /(?:\bget_main_option\(|\bget_section_option\([^()]*,|\.pop\(|\.get\(|\[)\s*u?["']([a-z][\w.]*)["']/g;

/**
 * Options of Alembic's configuration from which env.py takes the URL: `sqlalchemy.url`, or what a project that makes the
 * configuration by its own code calls it.
 */
export const urlOptions = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(OPTION)].map((match) => match[1] ?? ''))].filter(
    (name) => partOf(name.toUpperCase().replaceAll('.', '_')) === 'url',
  );

/** Names that a Python text reads from its environment. */
export const namesRead = (text: string): readonly string[] => [
  ...new Set(READS.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))),
];

/** Of those, the ones that may say where a database is; all where none looks like it. For a person to choose from. */
export const databaseNames = (text: string): readonly string[] => {
  const read = namesRead(text);
  const likely = read.filter((name) => /DB|DATABASE|SQL|POSTGRES|PG|MARIA|CONN/i.test(name));
  return (likely.length > 0 ? likely : read).slice(0, 3);
};

const PARTS: Readonly<Record<string, NamedVariable['part']>> = {
  HOST: 'host',
  SERVER: 'host',
  HOSTNAME: 'host',
  PORT: 'port',
  USER: 'username',
  USERNAME: 'username',
  PASSWORD: 'password',
  PASS: 'password',
  PASSWD: 'password',
  NAME: 'database',
  DB: 'database',
  DBNAME: 'database',
  DATABASE: 'database',
};

/** Other services have URLs too. */
const FOREIGN =
  /STORAGE|BLOB|INSIGHTS|REDIS|BROKER|CELERY|SENTRY|AMQP|RABBIT|HTTP|API|HOOK|BASE_U|FRONT|BACKEND|MONGO|ELASTIC|S3|KAFKA|CACHE|PROXY|RESULT/;

const partOf = (name: string): NamedVariable['part'] | null => {
  if (/(?:^|_)(?:URL|URI|DSN|CONNECTION_STRING|CONN_STR)$/.test(name))
    return FOREIGN.test(name) ? null : 'url';
  return PARTS[PART_VARIABLE.exec(name)?.[1] ?? ''] ?? null;
};

const driverIn = (value: string | undefined): string | null =>
  /^["']?[a-z]+\+(\w+):\/\//i.exec(value ?? '')?.[1]?.toLowerCase() ?? null;

const DOTENV = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/gm;

/** Names in a `.env` file with the driver of their value, if it is a URL; no value leaves this function. */
const dotenvDrivers = async (folder: string): Promise<ReadonlyMap<string, string | null>> => {
  const text = (await readText(path.join(folder, '.env'))) ?? '';
  return new Map([...text.matchAll(DOTENV)].map((match) => [match[1] ?? '', driverIn(match[2])]));
};

export interface VariableSearch {
  readonly root: string;
  readonly envText: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From the configuration. */
  readonly stated: readonly string[];
}

/** Every variable worth setting: stated ones, the common ones, those that env.py reads, those that hold parts of an address. */
export const findVariables = async (search: VariableSearch): Promise<readonly NamedVariable[]> => {
  const dotenv = await dotenvDrivers(search.root);
  const read = namesRead(search.envText);
  const surrounding = [...dotenv.keys(), ...Object.keys(search.environment)];
  const whole = new Set([
    ...search.stated,
    ...URL_VARIABLES,
    ...read.filter((name) => partOf(name) === 'url'),
  ]);
  const parts = [...new Set([...read, ...surrounding])].filter((name) => {
    const part = partOf(name);
    return part !== null && part !== 'url' && !DRIVER_VARIABLES.includes(name);
  });
  return [
    ...[...whole].map((name) => ({
      name,
      part: 'url' as const,
      driver: driverIn(search.environment[name]) ?? dotenv.get(name) ?? null,
    })),
    ...parts.map((name) => ({ name, part: partOf(name) ?? ('host' as const), driver: null })),
  ];
};
