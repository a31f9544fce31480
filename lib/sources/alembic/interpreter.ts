// Finds the Python that has the project's Alembic, and says which and why. Installs nothing and changes no environment.
import { access } from 'node:fs/promises';
import path from 'node:path';
import { DbsyncError } from '../../errors/index.ts';
import type { ToolSettings } from '../contract.ts';
import { type Json, recordOf, type Versions, versionsOf } from './answer.ts';
import type { Bridge } from './bridge.ts';

export interface Interpreter {
  readonly command: readonly string[];
  /** For people: `.venv/bin/python (the project's .venv)`. */
  readonly choice: string;
  readonly versions: Versions;
}

interface Candidate {
  readonly command: readonly string[];
  readonly why: string;
  /** A stated choice is the only one: falling back to another would be a guess. */
  readonly final: boolean;
}

const START_LIMIT_MS = 60_000;
const OLDEST = [1, 8];
/** How far above the project its virtual environment may lie. */
const LEVELS_UP = 3;

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** The project's folder and those above it, up to the root of the repository. */
const foldersUp = async (root: string): Promise<readonly string[]> => {
  const folders = [root];
  for (let folder = root, level = 0; level < LEVELS_UP; level += 1) {
    if (await isThere(path.join(folder, '.git'))) break;
    const above = path.dirname(folder);
    if (above === folder) break;
    folders.push(above);
    folder = above;
  }
  return folders;
};

const pythonsIn = async (folder: string, why: string): Promise<readonly Candidate[]> => {
  const files = [path.join(folder, 'bin', 'python'), path.join(folder, 'Scripts', 'python.exe')];
  for (const file of files) if (await isThere(file)) return [{ command: [file], why, final: false }];
  return [];
};

/** Every interpreter worth asking, the likeliest first. */
const candidates = async (root: string, tool: ToolSettings): Promise<readonly Candidate[]> => {
  if (tool.interpreter) return [{ command: tool.interpreter, why: 'from the configuration', final: true }];
  const found: Candidate[] = [];
  const active = tool.environment.VIRTUAL_ENV;
  if (active) found.push(...(await pythonsIn(active, 'the active virtual environment, VIRTUAL_ENV')));
  const folders = await foldersUp(root);
  for (const folder of folders) {
    for (const name of ['.venv', 'venv'])
      found.push(...(await pythonsIn(path.join(folder, name), `the project's ${name}`)));
  }
  for (const folder of folders) {
    // Neither command may change the environment: a read that installs packages is no read.
    if (await isThere(path.join(folder, 'uv.lock')))
      found.push({ command: ['uv', 'run', '--no-sync', 'python'], why: 'by uv run', final: false });
    if (await isThere(path.join(folder, 'poetry.lock')))
      found.push({ command: ['poetry', 'run', 'python'], why: 'by poetry run', final: false });
  }
  return [
    ...found,
    { command: ['python3'], why: 'the first python3 on PATH', final: false },
    { command: ['/usr/bin/python3'], why: "the system's Python", final: false },
  ];
};

/** The file of a program that is named without a folder; null where PATH has none. */
const onPath = async (name: string, folders: string): Promise<string | null> => {
  for (const folder of folders.split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, name);
    if (await isThere(file)) return file;
  }
  return null;
};

/** The file of the likeliest interpreter; null where it is not there, or where a program with arguments chooses it. */
export const statedProgram = async (root: string, tool: ToolSettings): Promise<string | null> => {
  const [first] = await candidates(root, tool);
  const [name, ...more] = first?.command ?? [];
  if (name === undefined || more.length > 0) return null;
  if (!name.includes(path.sep)) return onPath(name, tool.environment.PATH ?? '');
  const file = path.resolve(root, name);
  return (await isThere(file)) ? file : null;
};

const older = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST;
  return major < oldMajor || (major === oldMajor && minor < oldMinor);
};

const requireSupported = (versions: Versions): void => {
  if (versions.alembic && !older(versions.alembic)) return;
  throw new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `Alembic ${versions.alembic ?? '?'} is older than dbsync works with.`,
    why: 'dbsync is tested with Alembic 1.8 and later.',
    next: [`$ ${versions.executable} -m pip install --upgrade alembic`],
  });
};

const installCommand = async (root: string, first: Candidate | undefined): Promise<string> => {
  const folders = await foldersUp(root);
  for (const folder of folders) {
    if (await isThere(path.join(folder, 'uv.lock'))) return '$ uv add alembic';
    if (await isThere(path.join(folder, 'poetry.lock'))) return '$ poetry add alembic';
  }
  return `$ ${first?.command.join(' ') ?? 'python3'} -m pip install alembic`;
};

/** How an interpreter is looked for. */
export interface Search {
  readonly root: string;
  readonly tool: ToolSettings;
  readonly bridge: Bridge;
  /** Asks the first real question of the run at once: its answer names the versions too. Null where it fails. */
  readonly first: (command: readonly string[]) => Promise<Json | null>;
}

export interface Found {
  readonly interpreter: Interpreter;
  /** The answer to the first question, where it was got on the way. */
  readonly answer: Json | null;
}

const askVersions = async (
  { root, bridge }: Search,
  command: readonly string[],
): Promise<Versions | null> => {
  const request = { do: 'versions' };
  const asked = await bridge.ask({ command, cwd: root, request, secrets: [], silentMs: START_LIMIT_MS });
  return asked.ok ? versionsOf(asked.answer) : null;
};

const lackOf = (versions: Versions | null): string => {
  if (!versions) return 'does not start';
  const { python, alembic, broken } = versions;
  if (broken) return `Python ${python} that cannot import its ${broken}`;
  return alembic ? `Python ${python} without SQLAlchemy` : `Python ${python} without Alembic`;
};

/** The first interpreter that has Alembic. Throws SOURCE_TOOL_MISSING with everything that was tried, SOURCE_UNSUPPORTED. */
export const findInterpreter = async (search: Search): Promise<Found> => {
  const { root, tool } = search;
  const tried: string[] = [];
  const all = await candidates(root, tool);
  for (const candidate of all) {
    const name = candidate.command.join(' ');
    // Each start of Python costs; what only chooses an interpreter (uv, poetry) is asked for it first.
    const answer = candidate.command.length === 1 ? await search.first(candidate.command) : null;
    const versions = answer
      ? versionsOf(recordOf(answer.versions))
      : await askVersions(search, candidate.command);
    if (versions?.alembic && versions.sqlalchemy) {
      requireSupported(versions);
      // uv and poetry only choose; the interpreter itself is what runs, so that it can be stopped by its id.
      const command = [versions.executable || name];
      return {
        interpreter: { command, choice: `${command.join(' ')} (${candidate.why})`, versions },
        answer,
      };
    }
    tried.push(`${name} (${candidate.why}): ${lackOf(versions)}`);
  }
  throw new DbsyncError('SOURCE_TOOL_MISSING', {
    summary: 'No Python here can import Alembic.',
    why: `Tried: ${tried.join('; ')}. Migrations are Python; only the project's own interpreter can run them.`,
    next: [
      await installCommand(root, all[0]),
      "Or activate the project's virtual environment, or name its interpreter in dbsync.config.ts.",
    ],
  });
};
