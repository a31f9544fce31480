// Runs the project's own command line of a migration tool on an environment's database. Its output passes through redaction; its
// exit code is passed on.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { loadConfig, resolveEnvironment } from '../config/index.ts';
import { loadDialect } from '../dialects/registry.ts';
import { DbsyncError, EXIT, messageOf } from '../errors/index.ts';
import type { ToolCommand } from '../sources/contract.ts';
import { loadSource } from '../sources/registry.ts';
import { type Redact, redactor } from '../target/index.ts';
import { fail } from './run.ts';

interface Prepared {
  readonly command: ToolCommand;
  readonly redact: Redact;
}

const OPTIONS = { env: { type: 'string' }, config: { type: 'string' } } as const;

/** Ours before `--`, the tool's behind it. Throws USAGE. */
const parse = (name: string, argv: readonly string[]) => {
  const at = argv.indexOf('--');
  const next = [`$ npx zx tasks/${name}.ts --env <name> -- <the tool's own arguments>`];
  if (at < 0)
    throw new DbsyncError('USAGE', { summary: `The arguments for ${name} stand behind "--".`, next });
  try {
    const { values } = parseArgs({ args: argv.slice(0, at), options: OPTIONS, strict: true });
    return { ...values, args: argv.slice(at + 1) };
  } catch (error) {
    throw new DbsyncError('USAGE', { summary: messageOf(error).split('. ')[0] ?? 'Not understood', next });
  }
};

const prepare = async (name: string, argv: readonly string[]): Promise<Prepared> => {
  const { env, config, args } = parse(name, argv);
  const variables = { ...process.env };
  const loaded = await loadConfig({ cwd: process.cwd(), file: config, environment: variables });
  const environment = resolveEnvironment(loaded, env);
  const { target } = environment;
  const dialect = await loadDialect(target.dialect);
  const address = dialect.address(target.url, loaded.root);
  const source = await loadSource(name);
  const detection = await source.detect(loaded.project, loaded.config);
  if (!detection || !source.command) {
    throw new DbsyncError('SOURCE_NONE', {
      summary: detection
        ? `dbsync does not start ${source.title} itself.`
        : `No ${source.title} project was found in ${loaded.project}.`,
    });
  }
  const command = await source.command({
    detection,
    stated: loaded.config,
    dialect,
    address,
    url: target.url,
    urlVariable: target.urlVariable,
    environment: environment.name,
    isProtected: target.protected,
    args,
    variables,
  });
  return { command, redact: redactor([...address.secrets]) };
};

/** A question ends without a line feed; it is shown after this long. */
const IDLE_MS = 80;

/** Passes a stream on by whole lines, so that no secret is cut in two before it is looked for. */
const pass = (from: Readable, to: NodeJS.WriteStream, redact: Redact): Promise<void> =>
  new Promise((resolve) => {
    let held = '';
    let timer: NodeJS.Timeout | undefined;
    const flush = (): void => {
      if (held !== '') to.write(redact(held));
      held = '';
    };
    from.setEncoding('utf8');
    from.on('data', (text: string) => {
      clearTimeout(timer);
      held += text;
      const end = held.lastIndexOf('\n') + 1;
      if (end > 0) to.write(redact(held.slice(0, end)));
      held = held.slice(end);
      timer = setTimeout(flush, IDLE_MS);
    });
    from.on('close', () => {
      clearTimeout(timer);
      flush();
      resolve();
    });
  });

const run = async ({ command, redact }: Prepared): Promise<number> => {
  const child = spawn(command.command, [...command.args], {
    cwd: command.cwd,
    env: { ...command.variables },
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  // The terminal sends its signals to the child as well; this process ends when the child has.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? EXIT.interrupted));
  });
  await Promise.all([pass(child.stdout, process.stdout, redact), pass(child.stderr, process.stderr, redact)]);
  return ended;
};

/** Runs `dbsync <tool> --env <name> -- ...` and sets the process's exit code to the tool's. */
export const runTool = async (name: string, argv: readonly string[]): Promise<void> => {
  process.exitCode = EXIT.bug;
  try {
    process.exitCode = await run(await prepare(name, argv));
  } catch (error) {
    process.exitCode = fail(error, false);
  }
};
