// A project, its database and the phases on it, for whole runs in a test's own process or in a child of it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DbsyncError, type ErrorCode } from '../../lib/errors/index.ts';
import {
  type Outcome,
  PHASES,
  type PhaseName,
  type PhaseOptions,
  type Questions,
  silentUi,
  type World,
} from '../../lib/phases/index.ts';
import type { ProjectCopy } from './project.ts';

const repository = path.resolve(import.meta.dirname, '../..');

/** What a test says of the world; the rest is an automation without a terminal. */
export interface Scene {
  /** Answers of a person at a terminal, in order; without it there is no terminal. */
  readonly answers?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly now?: () => Date;
  readonly signal?: AbortSignal;
  /** Called with every status of long work; a test stops or kills a run from here. */
  readonly onProgress?: (status: string) => void;
  readonly asked?: string[];
}

const answering = (scene: Scene): Questions => {
  const answers = [...(scene.answers ?? [])];
  const next = async (message: string): Promise<string> => {
    scene.asked?.push(message);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`Nobody answers: ${message}`);
    return answer;
  };
  return {
    text: (message, initial) => next(message).then((answer) => answer || (initial ?? '')),
    choice: next,
  };
};

/** The world of one run in the given project folder. */
export const worldOf = (root: string, scene: Scene = {}): World => {
  const terminal = scene.answers !== undefined;
  const environment = { PATH: process.env.PATH ?? '', ...scene.environment };
  return {
    cwd: root,
    environment,
    surroundings: {
      environment,
      stdinIsTerminal: terminal,
      stdoutIsTerminal: terminal,
      user: 'tester',
      host: 'desk',
      fileExists: () => false,
    },
    ui: {
      ...silentUi,
      work: (title, run) => run((status) => scene.onProgress?.(`${title}: ${status}`)),
      questions: terminal ? answering(scene) : null,
    },
    now: scene.now ?? (() => new Date()),
    signal: scene.signal ?? new AbortController().signal,
    temporary: os.tmpdir(),
    command: (text) => text,
  };
};

/** Runs a phase in this process. */
export const run = (
  root: string,
  phase: PhaseName,
  options: PhaseOptions = {},
  scene: Scene = {},
): Promise<Outcome> => PHASES[phase](worldOf(root, scene), { env: 'dev', ...options });

/** Runs a phase that must be refused, and returns the refusal. */
export const refusal = async (
  root: string,
  phase: PhaseName,
  options: PhaseOptions = {},
  scene: Scene = {},
): Promise<DbsyncError> => {
  try {
    const outcome = await run(root, phase, options, scene);
    throw new Error(`${phase} was not refused: ${outcome.kind}, exit code ${outcome.exitCode}`);
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
};

/** The code of a refusal. */
export const code = async (
  root: string,
  phase: PhaseName,
  options: PhaseOptions = {},
  scene: Scene = {},
): Promise<ErrorCode> => (await refusal(root, phase, options, scene)).code;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called when the child has printed this text. */
  readonly when?: { readonly text: string; readonly act: (pid: number) => void };
  readonly timeoutMs?: number;
}

/** Runs a task as its own process, as a user does. */
export const cli = (
  root: string,
  task: PhaseName | 'prisma',
  argv: readonly string[],
  options: CliOptions = {},
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const file = path.join(repository, 'tasks', `${task}.ts`);
    const tsx = import.meta.resolve('tsx');
    const child = spawn(process.execPath, ['--import', tsx, file, ...argv], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', HOME: os.homedir(), ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 60_000,
    });
    let stdout = '';
    let stderr = '';
    let acted = false;
    const watch = (): void => {
      if (acted || !options.when || !(stdout + stderr).includes(options.when.text) || child.pid === undefined)
        return;
      acted = true;
      options.when.act(child.pid);
    };
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
      watch();
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
      watch();
    });
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve({ code: exit, signal, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });

/** Kinds of environment that a test's configuration declares. */
export interface EnvironmentText {
  readonly name?: string;
  readonly protected?: boolean;
  readonly create?: boolean;
  /** Further keys, as they stand in the file. */
  readonly more?: string;
}

/** Writes a configuration for SQLite at `app.db`, with `dev` unless said otherwise. */
export const writeSqliteConfig = (
  project: ProjectCopy,
  environments: readonly EnvironmentText[] = [{ create: true }],
  more = '',
): Promise<void> =>
  project.writeConfig(
    `export default {\n  source: 'prisma',\n  environments: {\n${environments
      .map(
        (item) =>
          `    ${item.name ?? 'dev'}: { database: 'sqlite', url: 'file:./app.db', protected: ${item.protected ?? false}, create: ${
            item.create ?? false
          }, ${item.more ?? ''} },\n`,
      )
      .join('')}  },\n${more}};\n`,
  );

/** The database's file in the project. */
export const databaseOf = (project: ProjectCopy): string => path.join(project.root, 'app.db');

/** The bytes of a file, for proofs that nothing was written. */
export const bytesOf = (file: string): string => readFileSync(file).toString('latin1');

/** The task's folder that an outcome names. */
export const folderOf = (outcome: Outcome): string => {
  const { data } = outcome;
  if (data !== null && typeof data === 'object' && 'folder' in data && typeof data.folder === 'string')
    return data.folder;
  throw new Error('the outcome names no folder');
};

/** An artifact's body, as it lies on disk. */
export const artifact = (folder: string, file: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(readFileSync(path.join(folder, 'artifacts', file), 'utf8'));
  if (value !== null && typeof value === 'object' && 'body' in value)
    return value.body as Record<string, unknown>;
  throw new Error(`${file} is no artifact`);
};
