// Every phase as a task without parameters: what gulp's `series` and `parallel` take as it is.
import { type Outcome, PHASES, type PhaseName, type PhaseOptions, type World } from '../phases/index.ts';
import { processUi, processWorld } from './run.ts';

/** A task: resolves with the phase's outcome, rejects with a DbsyncError. */
export type Task = () => Promise<Outcome>;

export type Tasks = Readonly<Record<PhaseName, Task>>;

/** A refusal is for the reader; a task runner has no use for the stack. */
const withoutStack = (error: unknown): unknown => {
  if (error !== null && typeof error === 'object') Object.assign(error, { showStack: false });
  return error;
};

const taskOf = (name: PhaseName, options: PhaseOptions, world: World): Task => {
  const task = async (): Promise<Outcome> => {
    try {
      return await PHASES[name](world, options);
    } catch (error) {
      throw withoutStack(error);
    }
  };
  // Task runners show the function's name.
  return Object.defineProperty(task, 'name', { value: name });
};

const NAMES = Object.keys(PHASES) as PhaseName[];

/**
 * The phases as tasks for one set of options. They print as the command line does, but never ask: confirmations are options.
 * `world` replaces the process's streams, clock and signals, for tests and for embedding.
 */
export const createTasks = (options: PhaseOptions, world?: Partial<World>): Tasks => {
  const complete = { ...processWorld(processUi(false), new AbortController().signal), ...world };
  return Object.fromEntries(NAMES.map((name) => [name, taskOf(name, options, complete)])) as Record<
    PhaseName,
    Task
  >;
};
