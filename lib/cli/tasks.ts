// Every phase as a task without parameters: what gulp's `series` and `parallel` take as it is.
import { type Outcome, PHASES, type PhaseName, type PhaseOptions, type World } from '../phases/index.ts';

/** A task: resolves with the phase's outcome, rejects with a DbsyncError. */
export type Task = () => Promise<Outcome>;

export type Tasks = Readonly<Record<PhaseName, Task>>;

/** A refusal is for the reader; a task runner has no use for the stack. */
const withoutStack = (error: unknown): unknown => {
  if (error !== null && typeof error === 'object') Object.assign(error, { showStack: false });
  return error;
};

const taskOf = (name: PhaseName, options: PhaseOptions, world: () => Promise<World>): Task => {
  const task = async (): Promise<Outcome> => {
    try {
      return await PHASES[name](await world(), options);
    } catch (error) {
      throw withoutStack(error);
    }
  };
  // Task runners show the function's name.
  return Object.defineProperty(task, 'name', { value: name });
};

const NAMES = Object.keys(PHASES) as PhaseName[];

/** This process, where nothing replaces it. Loaded with the first task: a configuration imports this package for its types only. */
const complete = async (world: Partial<World>): Promise<World> => {
  const { processUi, processWorld } = await import('./run.ts');
  return { ...processWorld(processUi(false), new AbortController().signal), ...world };
};

/**
 * The phases as tasks for one set of options. They print as the command line does, but never ask: confirmations are options.
 * `world` replaces the process's streams, clock and signals, for tests and for embedding.
 */
export const createTasks = (options: PhaseOptions, world: Partial<World> = {}): Tasks => {
  let made: Promise<World> | undefined;
  const once = (): Promise<World> => {
    made ??= complete(world);
    return made;
  };
  return Object.fromEntries(NAMES.map((name) => [name, taskOf(name, options, once)])) as Record<
    PhaseName,
    Task
  >;
};
