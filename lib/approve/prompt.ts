// Asks a person at a terminal. The only importer of enquirer, which by itself accepts a pipe as a person: the terminal is
// checked here, on both ends, before every question.
import enquirer from 'enquirer';
import { DbsyncError } from '../errors/index.ts';

export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

const noTerminal = (): DbsyncError =>
  new DbsyncError('APPROVAL_NO_TERMINAL', {
    summary: 'This question can only be answered at a terminal.',
    why: 'Piped input is not a person.',
    next: ['Run the command in a terminal, or pass the answer as an option (see --help).'],
  });

const cancelled = (cause?: unknown): DbsyncError =>
  new DbsyncError('APPROVAL_CANCELLED', {
    summary: 'The question was not answered.',
    why: 'It was cancelled, or the input ended; nothing was written to the target.',
    next: ['Run the same command again.'],
    cause,
  });

/** Rejects when the input ends: enquirer would never settle, and the process would end as if all were well. */
const inputEnds = (
  stdin: NodeJS.ReadStream,
): { readonly ended: Promise<never>; readonly release: () => void } => {
  let release = (): void => {};
  const ended = new Promise<never>((_resolve, reject) => {
    const listener = (): void => reject(cancelled());
    stdin.once('end', listener);
    stdin.once('close', listener);
    // Ctrl-D closes the reader without an event of the stream: nothing is left to wait for, and the question is still open.
    process.once('beforeExit', listener);
    release = () => {
      stdin.off('end', listener);
      stdin.off('close', listener);
      process.off('beforeExit', listener);
    };
  });
  return { ended, release };
};

export interface TextQuestion {
  readonly message: string;
  readonly initial?: string | undefined;
  /** Why an answer will not do, so that it is asked again; null where it will. */
  readonly refuse?: ((answer: string) => string | null) | undefined;
}

/** Asks for a line of text. Throws APPROVAL_NO_TERMINAL, APPROVAL_CANCELLED. */
export const askText = async (terminal: Terminal, asked: TextQuestion): Promise<string> => {
  if (!terminal.stdin.isTTY || !terminal.stdout.isTTY) throw noTerminal();
  const { ended, release } = inputEnds(terminal.stdin);
  try {
    const question = enquirer.prompt<{ answer: string }>({
      type: 'input',
      name: 'answer',
      message: asked.message,
      initial: asked.initial ?? '',
      validate: (answer) => asked.refuse?.(answer) ?? true,
    });
    const { answer } = await Promise.race([question, ended]);
    return answer;
  } catch (error) {
    // Ctrl-C and Esc reject with an empty string.
    throw error instanceof DbsyncError ? error : cancelled(error);
  } finally {
    release();
  }
};

/** Asks for one of several answers. Throws APPROVAL_NO_TERMINAL, APPROVAL_CANCELLED. */
export const askChoice = async (
  terminal: Terminal,
  message: string,
  choices: readonly { readonly name: string; readonly message: string }[],
): Promise<string> => {
  if (!terminal.stdin.isTTY || !terminal.stdout.isTTY) throw noTerminal();
  const { ended, release } = inputEnds(terminal.stdin);
  try {
    const question = enquirer.prompt<{ answer: string }>({
      type: 'select',
      name: 'answer',
      message,
      choices: [...choices],
    });
    const { answer } = await Promise.race([question, ended]);
    return answer;
  } catch (error) {
    throw error instanceof DbsyncError ? error : cancelled(error);
  } finally {
    release();
  }
};
