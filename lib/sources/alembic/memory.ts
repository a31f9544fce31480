// What the project's Python said in an earlier run, taken for what it would say now where nothing that it read has changed since.
// Reads files only; where anything differs or cannot be told, Python is asked.
import { existsSync, realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Hash, hashOf } from '../../schema/index.ts';
import type { Coverage, Forgotten, Memory, SourceContext, ToolSettings } from '../contract.ts';
import { type EnvSettings, type History, type Json, numberOrNull, recordOf } from './answer.ts';
import { type Interpreter, statedProgram } from './interpreter.ts';
import type { Layout } from './layout.ts';
import { changedSince, type Notebook, type Reads, stateOf, variablesWord } from './reads.ts';
import type { NamedVariable } from './variables.ts';

/** Counts up where the content changes its form. */
const FORM = 1;
/** Memories that are tried: what an older one does not know either is not known. */
const MOST_TRIED = 3;

/** What is remembered. Plain JSON. */
export interface Recollection {
  readonly form: number;
  /** Everything that dbsync itself found before it asked. */
  readonly asked: Hash;
  readonly reads: Reads;
  /** The state of what was read. */
  readonly state: string;
  readonly variables: string;
  readonly interpreter: Interpreter;
  readonly history: History;
  readonly env: EnvSettings;
  readonly coverage: Coverage;
}

/** What is known of a project before Python is asked. */
export interface Known {
  readonly layout: Layout;
  readonly context: SourceContext;
  readonly tool: ToolSettings;
  readonly variables: readonly NamedVariable[];
}

/** What decides, beside the files that Python reads, what it is asked and by which program. Null: another program chooses that. */
const askedOf = async ({ layout, context, tool, variables }: Known): Promise<Hash | null> => {
  const program = await statedProgram(layout.root, tool);
  if (program === null) return null;
  const { environment: _environment, ...settings } = tool;
  const machine = [os.hostname(), os.arch(), os.platform(), process.getuid?.() ?? null];
  return hashOf({ layout, settings, variables, machine, program, dialect: context.dialect.name });
};

const wordOf = ({ context, tool, variables }: Known, reads: Reads, state: string): Promise<string> =>
  variablesWord(
    reads,
    { environment: tool.environment, set: variables.map(({ name }) => name), redact: context.redact },
    state,
  );

/** The content, where it is whole: whoever masked or edited a part of it made it worthless. */
const contentOf = ({ hash, content }: Memory): Recollection | null => {
  const found = recordOf(content);
  return numberOrNull(found.form) === FORM && hashOf(content) === hash ? (content as Recollection) : null;
};

export interface Recalled {
  readonly memory: Memory;
  readonly content: Recollection;
}

/** The newest memory that is still true; null where there is none. */
export const recall = async (known: Known): Promise<Recalled | null> => {
  const tried = new Set<Hash>();
  for (const memory of known.context.planning?.earlier ?? []) {
    if (tried.has(memory.hash)) continue;
    tried.add(memory.hash);
    if (tried.size > MOST_TRIED) return null;
    const content = contentOf(memory);
    if (!content || content.asked !== (await askedOf(known))) continue;
    if (stateOf(content.reads) !== content.state) continue;
    if ((await wordOf(known, content.reads, content.state)) === content.variables) return { memory, content };
  }
  return null;
};

/** What was asked and answered in one run. */
export interface Told extends Pick<Recollection, 'interpreter' | 'history' | 'env' | 'coverage'> {
  readonly notebook: Notebook;
  /** When Python was started, in milliseconds since 1970. */
  readonly since: number;
}

const sameProgram = async (stated: string, { versions }: Interpreter): Promise<boolean> =>
  (await realpath(stated)) === (await realpath(versions.executable));

/** Whether the files that make the history, and the folders in which a revision would be found, are among what was noted. */
const isComplete = (
  { files, folders }: Reads,
  { revisions, folders: places }: History,
  env: string,
): boolean => {
  const real = (place: string): string => (existsSync(place) ? realpathSync(place) : place);
  const noted = new Set(files.split('\n').map(real));
  const listed = new Set(folders.split('\n').map((line) => real(line.slice(line.indexOf(' ') + 1))));
  return (
    noted.has(real(env)) &&
    revisions.every((revision) => noted.has(real(revision.path))) &&
    places.every((folder) => listed.has(real(folder)))
  );
};

/** The memory of what was told. */
export const memoryOf = async (known: Known, told: Told): Promise<Memory | Forgotten> => {
  const { notebook, since, ...said } = told;
  const found = notebook.read();
  if ('because' in found) return found;
  const [asked, program] = [await askedOf(known), await statedProgram(known.layout.root, known.tool)];
  if (asked === null || program === null || !(await sameProgram(program, said.interpreter)))
    return { because: 'another program chooses the interpreter' };
  const { reads } = found;
  if (!isComplete(reads, said.history, known.layout.env))
    return { because: 'Python read the history in a way that was not noted' };
  const changed = changedSince(reads, since);
  if (changed !== null)
    return { because: `${path.relative(known.layout.root, changed)} was changed in the meantime` };
  const state = stateOf(reads);
  if (state === null) return { because: 'what was read cannot be compared, or changed in the meantime' };
  const variables = await wordOf(known, reads, state);
  const content: Recollection = { form: FORM, asked, reads, state, variables, ...said };
  // As it will be read again.
  const plain: Json = recordOf(JSON.parse(JSON.stringify(content)));
  return { hash: hashOf(plain), content: plain };
};
