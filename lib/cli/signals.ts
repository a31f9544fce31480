// Signals: the first one asks the run to stop at the next safe point, the second one ends it.
import { EXIT } from '../errors/index.ts';

/** Registers the handlers; the returned signal is aborted by the first of them. Ours alone: no library may end the process. */
export const stopSignal = (say: (line: string) => void): AbortSignal => {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(signal);
    say(`\n${signal}: stopping at the next safe point; press again to end at once.\n`);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return controller.signal;
};

/** Shows the cursor again, whatever hid it. */
export const restoreCursor = (): void => {
  process.on('exit', () => {
    if (process.stdout.isTTY) process.stdout.write('\u001b[?25h');
  });
};
