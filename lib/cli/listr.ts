// The only importer of listr2: lists of checks and single pieces of work, animated in a terminal, plain lines in a pipe.
import type { Listr, ListrTask } from 'listr2';
import type { CheckItem } from '../phases/index.ts';
import type { CheckResult } from '../preflight/model.ts';
import { inline } from './output.ts';
import type { Style, Tone } from './style.ts';

export interface ListOptions {
  readonly style: Style;
  /** Whether lines may be rewritten: a terminal that can, and nothing that records it. */
  readonly animated: boolean;
  readonly print: (lines: readonly string[]) => void;
  /** Milliseconds; for the pace of progress lines. */
  readonly clock: () => number;
}

/** Loaded with the first list that moves: whatever has none, and every pipe, is quicker. */
const loadListr = async (): Promise<typeof Listr> => (await import('listr2')).Listr;

/** In a pipe, work that takes longer than this tells how far it is, this often. */
const PROGRESS_EVERY_MS = 2_000;

// listr2 would end the process at Ctrl-C by itself, past every release; signals are handled in signals.ts.
const SETTINGS = {
  concurrent: true,
  exitOnError: false,
  registerSignalListeners: false,
  renderer: 'default' as const,
  fallbackRenderer: 'silent' as const,
  rendererOptions: {
    showErrorMessage: false,
    collapseErrors: false,
    suffixSkips: false,
    formatOutput: 'truncate' as const,
  },
};

const MARKS: Readonly<Record<CheckResult['status'], readonly [symbol: keyof Style['symbols'], tone: Tone]>> =
  {
    ok: ['ok', 'good'],
    warning: ['warning', 'warning'],
    failed: ['failed', 'bad'],
    skipped: ['skipped', 'quiet'],
  };

/** `title: first fact`; where lines are rewritten, cut to the width that is left beside the symbol. */
const titled = (options: ListOptions, result: CheckResult): string => {
  const [first = ''] = result.message.split('; ');
  // The list has one mark for what passed; a warning says so in words.
  const note = options.animated && result.status === 'warning' ? 'warning: ' : '';
  const text = inline(options.style, `${result.title}: ${note}${first}`);
  const room = options.style.width - 4;
  return options.animated && text.length > room ? `${text.slice(0, room - 3)}...` : text;
};

const plainLine = (options: ListOptions, status: CheckResult['status'], text: string): void => {
  const [symbol, tone] = MARKS[status];
  options.print([`${options.style.paint(tone, options.style.symbols[symbol])} ${text}`]);
};

const checkTask = (
  item: CheckItem,
  options: ListOptions,
  results: Map<CheckItem, CheckResult>,
): ListrTask => ({
  title: item.title,
  task: async (_context, task) => {
    const result = await item.run();
    results.set(item, result);
    task.title = titled(options, result);
    if (result.status === 'skipped') task.skip();
    if (result.status === 'failed') throw new Error(task.title);
  },
});

/** Runs all checks at the same time and shows each verdict; the results are in the order of the items. */
export const listChecks = async (
  items: readonly CheckItem[],
  options: ListOptions,
): Promise<readonly CheckResult[]> => {
  if (!options.animated) {
    const results = await Promise.all(items.map((item) => item.run()));
    for (const result of results) plainLine(options, result.status, titled(options, result));
    return results;
  }
  const results = new Map<CheckItem, CheckResult>();
  const List = await loadListr();
  await new List(
    items.map((item) => checkTask(item, options, results)),
    SETTINGS,
  ).run();
  return items.flatMap((item) => results.get(item) ?? []);
};

/** In a pipe: a line when it is long, and one when it is over. */
const paced = (title: string, options: ListOptions): ((status: string) => void) => {
  let said = options.clock();
  return (status) => {
    if (options.clock() - said < PROGRESS_EVERY_MS) return;
    said = options.clock();
    options.print([inline(options.style, `  ${title}: ${status}`).slice(0, options.style.width)]);
  };
};

type Ended<T> = { readonly value: T } | { readonly error: unknown };

const settle = async <T>(work: () => Promise<T>): Promise<Ended<T>> => {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
};

const moving = async <T>(
  title: string,
  run: (report: (status: string) => void) => Promise<T>,
  options: ListOptions,
): Promise<Ended<T>> => {
  const ends: Ended<T>[] = [];
  const task: ListrTask = {
    title,
    task: async (_context, own) => {
      const ended = await settle(() =>
        run((status) => {
          own.output = inline(options.style, status);
        }),
      );
      ends.push(ended);
      if ('error' in ended) throw new Error(title);
    },
  };
  const List = await loadListr();
  await new List([task], SETTINGS).run();
  const [ended] = ends;
  if (!ended) throw new Error(`${title} did not end`);
  return ended;
};

/** Runs one piece of work with a status line. What it throws is thrown on. */
export const listWork = async <T>(
  title: string,
  run: (report: (status: string) => void) => Promise<T>,
  options: ListOptions,
): Promise<T> => {
  const ended = options.animated
    ? await moving(title, run, options)
    : await settle(() => run(paced(title, options)));
  if (!options.animated) plainLine(options, 'error' in ended ? 'failed' : 'ok', title);
  if ('error' in ended) throw ended.error;
  return ended.value;
};
