// `npm run demo`: a tour of dbsync on a throwaway copy of the bookshop. Options: --step waits between stations, --keep leaves the copy.
import { parseArgs } from 'node:util';
import { wrap } from '../../lib/cli/layout.ts';
import { style } from '../../lib/cli/style.ts';
import { createStage, type Stage } from './stage.ts';
import { walk } from './tour.ts';

const INTERRUPTED = 130;

const { values } = parseArgs({
  options: { step: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});

const own = style(process.stdout, process.env);

const say = (...texts: readonly string[]): void => {
  for (const text of texts) process.stdout.write(`${wrap(text, own.width).join('\n')}\n`);
};

const introduce = (stage: Stage): void => {
  say(
    '',
    `The copy is ${stage.root}. Each command below really runs there, and what you see is what it prints. "prod" is protected, "staging" is its unprotected twin.`,
  );
};

const part = async (stage: Stage): Promise<void> => {
  if (values.keep) {
    say('', `The copy is kept: ${stage.root}`);
    return;
  }
  await stage.remove();
  say('', 'The copy is removed.');
};

const tour = async (): Promise<number> => {
  const controller = new AbortController();
  // A command of the tour gets the same signal from the terminal; the tour waits for it, clears up and goes.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort());
  // Whoever reads may go away (`npm run demo | head`); the copy is removed all the same.
  process.stdout.on('error', () => controller.abort());
  process.stdout.write(`${own.paint('strong', 'A tour of dbsync')}\n`);
  say(
    'A bookshop with 120 customers and 300 orders in SQLite, three migrations behind its code. Making a throwaway copy ...',
  );
  const stage = await createStage();
  try {
    introduce(stage);
    const kept = await walk(stage, { style: own, step: values.step, signal: controller.signal });
    if (controller.signal.aborted) return INTERRUPTED;
    return kept ? 0 : 1;
  } finally {
    await part(stage);
  }
};

process.exitCode = 1;
if (values.step && !(process.stdin.isTTY && process.stdout.isTTY)) {
  process.stderr.write('--step needs a terminal on both ends.\n');
} else {
  process.exitCode = await tour();
}
