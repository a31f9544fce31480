// Walks through the stations: says, runs the real command as a process of its own, compares its exit code. Decides nothing about the story.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { hanging, wrap } from '../../lib/cli/layout.ts';
import type { Style } from '../../lib/cli/style.ts';
import type { Stage } from './stage.ts';
import { type Command, IN_PERSON, STATIONS, type Station } from './stations.ts';

export interface TourOptions {
  readonly style: Style;
  /** Whether the person is waited for between stations, and asked to approve in person. */
  readonly step: boolean;
  readonly signal: AbortSignal;
}

/** What a command of the tour gets of the environment: enough to run and to be shown, nothing that says who runs it. */
const KEPT =
  /^(PATH|HOME|USERPROFILE|SYSTEMROOT|TMPDIR|TEMP|TMP|TERM|COLORTERM|LANG|LC_\w+|NO_COLOR|FORCE_COLOR)$/i;

const keptVariables = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name)));

const say = (lines: readonly string[]): void => {
  process.stdout.write(`${lines.join('\n')}\n`);
};

/** Quotes what a shell would take apart; for showing only. */
const shown = (word: string): string => (/^[\w./=:-]+$/.test(word) ? word : `'${word}'`);

const commandLine = (command: Command): string =>
  [
    ...Object.entries(command.variables ?? {}).map(([name, value]) => `${name}=${value}`),
    `npx zx tasks/${command.task}.ts`,
    ...command.args.map(shown),
  ].join(' ');

interface Launch {
  readonly stage: Stage;
  readonly env: Record<string, string | undefined>;
  /** Whether the command may read from the terminal. */
  readonly terminal: boolean;
}

/** Runs one task in the copy, on this process's output. Resolves with its exit code; null where it was killed. */
const launch = (command: Command, { stage, env, terminal }: Launch): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', `tasks/${command.task}.ts`, ...command.args];
    const child = spawn(process.execPath, args, {
      cwd: stage.root,
      env: { ...env, ...command.variables },
      stdio: [terminal ? 'inherit' : 'ignore', 'inherit', 'inherit'],
    });
    child.once('error', reject);
    child.once('close', resolve);
  });

const heading = (style: Style, number: number, station: Station): void => {
  const label = `${number}/${STATIONS.length}`;
  say([
    '',
    style.paint('accent', '='.repeat(style.width)),
    style.paint('strong', `${label}  ${station.title}`),
    ...wrap(station.says, style.width),
  ]);
};

const happen = async (style: Style, station: Station, stage: Stage): Promise<void> => {
  if (!station.happens) return;
  const lines = (await station.happens(stage)).split('\n');
  say(['', ...lines.flatMap((line) => hanging(`${style.symbols.arrow} `, line, { width: style.width }))]);
};

const waitForPerson = async (options: TourOptions): Promise<void> => {
  if (!options.step) return;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    await lines.question(`\n${options.style.paint('quiet', 'Enter goes on ')}`, { signal: options.signal });
  } catch {
    // The signal says it all; the caller looks at it.
  } finally {
    lines.close();
  }
};

/** One station; false where its command did not end as the tour promises. */
const visit = async (stage: Stage, station: Station, options: TourOptions): Promise<boolean> => {
  const { style } = options;
  await happen(style, station, stage);
  if (station.shows) {
    say(['', ...(await station.shows(stage)).map((line) => `  ${line}`)]);
    return true;
  }
  if (!station.command) return true;
  const command = await station.command(stage);
  say([
    '',
    ...hanging('$ ', commandLine(command), {
      width: style.width,
      tone: (line) => style.paint('accent', line),
    }),
  ]);
  const exitCode = await launch(command, { stage, env: keptVariables(), terminal: false });
  say(['', style.paint('quiet', `exit code ${exitCode}`)]);
  if (exitCode === command.exitCode || options.signal.aborted) return true;
  say([style.paint('bad', `The tour promised exit code ${command.exitCode} here.`)]);
  return false;
};

/** With a person at a terminal, and with everything of the environment, so that nobody is taken for somebody else. */
const approveInPerson = async (stage: Stage, options: TourOptions): Promise<void> => {
  const { style } = options;
  say([
    '',
    style.paint('accent', '='.repeat(style.width)),
    style.paint('strong', IN_PERSON.title),
    ...wrap(IN_PERSON.says, style.width),
    '',
  ]);
  const { NODE_OPTIONS: _dropped, ...env } = process.env;
  const command: Command = { task: 'sync', args: ['--env', 'prod'], exitCode: 0 };
  const exitCode = await launch(command, { stage, env, terminal: true });
  say(['', style.paint('quiet', `exit code ${exitCode}`)]);
};

const end = (style: Style): void =>
  say([
    '',
    style.paint('accent', '='.repeat(style.width)),
    ...wrap(
      'That is all of it. "prod" was never touched: its approval takes a person at a terminal. To be that person, on the throwaway copy: npm run demo -- --step',
      style.width,
    ),
  ]);

/** The whole tour. False where a command did not end as promised; stops early when the signal is aborted. */
export const walk = async (stage: Stage, options: TourOptions): Promise<boolean> => {
  for (const [index, station] of STATIONS.entries()) {
    if (options.signal.aborted) return true;
    heading(options.style, index + 1, station);
    if (!(await visit(stage, station, options))) return false;
    await waitForPerson(options);
  }
  if (options.signal.aborted) return true;
  if (options.step) await approveInPerson(stage, options);
  else end(options.style);
  return true;
};
