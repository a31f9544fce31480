// Opens an Alembic project: finds its parts and its Python, reads the history, and gives one way to ask the rest.
import path from 'node:path';
import type { Address } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import { openSecret, type Secret } from '../../target/index.ts';
import type { Coverage, Detection, Forgotten, Memory, SourceContext, ToolSettings } from '../contract.ts';
import { type EnvSettings, type History, historyOf, type Json, settingsOf } from './answer.ts';
import { type Bridge, type Outcome, openBridge } from './bridge.ts';
import { failureError } from './failures.ts';
import { findInterpreter, type Interpreter } from './interpreter.ts';
import { bareLayout, findLayout, importRoot, type Layout, readText } from './layout.ts';
import { readRows } from './ledger.ts';
import { type Known, memoryOf, type Recalled, recall } from './memory.ts';
import { DATABASE_PORTS, GUARDED_DRIVERS, type Provider, providerOf } from './providers.ts';
import { type Notebook, openNotebook } from './reads.ts';
import type { DriverUrl } from './server-url.ts';
import { databaseNames, findVariables, urlOptions } from './variables.ts';

/** How long reading (importing the project's models included) may be silent. */
const READ_LIMIT_MS = 120_000;

/** One question for Python. */
export interface Question {
  readonly do: string;
  /** What the reader is told if it fails: `reading the history`. */
  readonly doing: string;
  /** The database that may be reached; null: none. */
  readonly address: Address | null;
  /** The engine itself refuses writes. */
  readonly readOnly: boolean;
  /** On a shadow database: nothing that Python does there is written down before it does it, or has to last. */
  readonly ahead?: boolean;
  readonly more?: Json;
  readonly silentMs?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: Json) => void;
}

/** An opened project: what everything else in this folder works with. */
export interface Workbench {
  readonly layout: Layout;
  readonly interpreter: Interpreter;
  readonly context: SourceContext;
  readonly provider: Provider;
  readonly history: History;
  readonly env: EnvSettings;
  /** What the history and env.py said, taken from an earlier run; null: they were asked. */
  readonly recalled: Recalled | null;
  /** Throws the DbsyncError of whatever went wrong. */
  ask(question: Question): Promise<Json>;
  /** What was said until now, for a later run. */
  remember(coverage: Coverage): Promise<Memory | Forgotten>;
  close(): Promise<void>;
}

interface Base extends Known {
  readonly bridge: Bridge;
  readonly provider: Provider;
  /** Where the children's reads are put together, as long as somebody wants to know them. */
  notebook: Notebook | null;
  /** Variables that env.py reads and that are not set for it. */
  readonly unset: readonly string[];
  /** env.py awaits its engine. */
  readonly awaits: boolean;
  readonly envText: string;
}

const openLayout = async (detection: Detection, tool: ToolSettings): Promise<Layout> => {
  if (detection.config === undefined)
    return bareLayout(detection.root, path.join(detection.root, path.dirname(detection.schema)));
  const config = path.resolve(detection.root, detection.config);
  const layout = await findLayout(
    config,
    detection.root,
    tool.section === undefined ? null : { name: tool.section },
  );
  if (layout) return { ...layout, root: detection.root };
  throw new DbsyncError('SOURCE_INVALID', {
    summary: `${detection.config} names a script_location without an env.py.`,
    next: ['Correct `script_location` in it.'],
  });
};

const ASYNC = /async_engine_from_config|create_async_engine|AsyncEngine|asyncio\.run|async with/;

/** The driver that the configuration's own URL names first, then whether env.py awaits, then the usual order. */
const ranked = (urls: readonly DriverUrl[], base: Base, own: string | null): readonly Json[] =>
  urls.map((url, index) => ({
    ...url,
    rank: index + (url.driver === own ? 0 : 20) + (url.async === base.awaits ? 0 : 100),
  }));

const driverOf = (text: string | null): string | null => text?.split('+')[1] ?? null;

const requestOf = (base: Base, question: Question, secrets: readonly string[]): Json => {
  const { layout, provider, context } = base;
  const ownCode = importRoot(path.dirname(layout.folder));
  const urls = question.address ? provider.urls(question.address) : provider.nowhere;
  const session = [
    ...provider.limits(context.timeouts),
    ...(question.readOnly && question.address ? provider.readOnly : []),
    ...(question.ahead ? provider.unkept : []),
  ];
  return {
    do: question.do,
    cwd: layout.root,
    importRoot: ownCode,
    ini: layout.ini,
    toml: layout.toml,
    section: layout.section,
    scriptLocation: layout.scriptLocation,
    flask: layout.flask,
    roots: [layout.root, ownCode, layout.folder, ...layout.versions],
    urls: ranked(urls, base, driverOf(layout.scheme)),
    names: base.variables,
    options: urlOptions(base.envText),
    drivers: GUARDED_DRIVERS,
    ports: DATABASE_PORTS,
    target: question.address ? provider.target(question.address) : null,
    readOnly: question.readOnly,
    session,
    kill: provider.kill,
    placeholder: context.dialect.facts.placeholder(1),
    // What could reach another database of the shadow's server is looked at first.
    ahead: (question.ahead ?? false) && question.address?.shared !== true,
    hint: context.dialect.outsideHint ?? null,
    reads: base.notebook !== null,
    secrets,
    ...question.more,
  };
};

const secretsOf = (address: Address | null): readonly Secret[] => {
  if (!address) return [];
  const known = [address.url, ...address.secrets];
  // A file's name is its whole URL and no secret.
  return address.file === undefined ? known : address.secrets;
};

const send = async (base: Base, command: readonly string[], question: Question): Promise<Outcome> => {
  const secrets = secretsOf(question.address);
  const { notebook } = base;
  const outcome = await base.bridge.ask({
    command,
    cwd: base.layout.root,
    request: requestOf(base, question, secrets.map(openSecret)),
    secrets,
    silentMs: question.silentMs ?? READ_LIMIT_MS,
    ...(question.signal && { signal: question.signal }),
    ...(question.onEvent && { onEvent: question.onEvent }),
  });
  notebook?.add(outcome.ok ? outcome.answer : null);
  return outcome;
};

const askBridge = async (base: Base, command: readonly string[], question: Question): Promise<Json> => {
  const outcome = await send(base, command, question);
  if (outcome.ok) return outcome.answer;
  if (outcome.thrown !== undefined) throw outcome.thrown;
  throw failureError(outcome.failure, { doing: question.doing, root: base.layout.root, unset: base.unset });
};

const HISTORY: Question = { do: 'history', doing: 'reading the history', address: null, readOnly: true };

type AskBase = (question: Question) => Promise<Json>;

/**
 * What env.py configures. Its offline half says it without any connection; where env.py names a version table that this half
 * may not know, or where it fails, it is asked once more online, on an empty shadow database.
 */
const askSettings = async (base: Base, history: History, ask: AskBase): Promise<EnvSettings> => {
  const { settings } = history;
  const said = /version_table|configure\([^)]*\*\*/s.test(base.envText);
  const named = settings !== null && (settings.table !== 'alembic_version' || settings.schema !== null);
  if (settings !== null && (!said || named)) return settings;
  return base.context.withEmptyShadow(async (session) =>
    settingsOf(
      await ask({
        do: 'inspect',
        doing: 'asking env.py what it configures',
        address: session.address,
        readOnly: true,
      }),
    ),
  );
};

const benchOf = (
  base: Base,
  known: Pick<Workbench, 'interpreter' | 'history' | 'env' | 'recalled' | 'remember'>,
): Workbench => ({
  layout: base.layout,
  context: base.context,
  provider: base.provider,
  ...known,
  ask: (question) => askBridge(base, known.interpreter.command, question),
  close: base.bridge.close,
});

/**
 * Starts what a plan will wait for where the ledger is not at the heads, while dbsync itself is still starting. Nothing depends on the
 * answer: a target that cannot be read is told by the phase that has to read it.
 */
const foresee = async (bench: Workbench, { bridge, layout, context }: Base): Promise<void> => {
  const { command } = bench.interpreter;
  await context.planning?.look(async (session) => {
    const rows = new Set((session && (await readRows(session, bench))) ?? []);
    const heads = bench.history.revisions.filter(({ head }) => head);
    if (heads.every(({ id }) => rows.has(id))) return;
    bridge.warm({ command, cwd: layout.root });
    context.planning?.warmShadow();
  });
};

/** No Python is started until there is work for it, or a question that the memory has no answer to. */
const recalledBench = (base: Base, recalled: Recalled): Workbench => {
  const { interpreter, history, env } = recalled.content;
  base.notebook = null;
  const bench = benchOf(base, {
    interpreter,
    history,
    env,
    recalled,
    remember: async () => recalled.memory,
  });
  const foreseen = foresee(bench, base).catch(() => {});
  return { ...bench, close: () => foreseen.then(bench.close) };
};

const askedBench = async (base: Base): Promise<Workbench> => {
  const { layout, bridge, context, tool } = base;
  const since = context.planning?.now().getTime() ?? 0;
  const { interpreter, answer } = await findInterpreter({
    root: layout.root,
    tool,
    bridge,
    first: async (command) => {
      const outcome = await send(base, command, HISTORY);
      return outcome.ok ? outcome.answer : null;
    },
  });
  const ask: AskBase = (question) => askBridge(base, interpreter.command, question);
  const history = historyOf(answer ?? (await ask(HISTORY)));
  const env = await askSettings(base, history, ask);
  const remember: Workbench['remember'] = async (coverage) => {
    const { notebook } = base;
    base.notebook = null;
    if (!notebook) return { because: 'nothing was noted' };
    return memoryOf(base, { interpreter, history, env, coverage, notebook, since });
  };
  return benchOf(base, { interpreter, history, env, recalled: null, remember });
};

/** Opens the project. Throws SOURCE_TOOL_MISSING, SOURCE_UNSUPPORTED, SOURCE_INVALID, SOURCE_AMBIGUOUS, SOURCE_TOOL_FAILED. */
export const openWorkbench = async (detection: Detection, context: SourceContext): Promise<Workbench> => {
  const tool = context.tool ?? { environment: {} };
  const layout = await openLayout(detection, tool);
  const bridge = openBridge({
    environment: tool.environment,
    redact: context.redact,
    modules: providerOf(context.dialect.name).modules,
  });
  const envText = (await readText(layout.env)) ?? '';
  const variables = await findVariables({
    root: layout.root,
    envText,
    environment: tool.environment,
    stated: tool.urlVariables ?? [],
  });
  const { planning } = context;
  const base: Base = {
    layout,
    bridge,
    context,
    tool,
    provider: providerOf(context.dialect.name),
    variables,
    unset: databaseNames(envText).filter((name) => !variables.some((variable) => variable.name === name)),
    awaits: ASYNC.test(envText),
    envText,
    notebook: planning ? openNotebook() : null,
  };
  const recalled = await recall(base);
  if (recalled) return recalledBench(base, recalled);
  planning?.warmShadow();
  return askedBench(base);
};
