// The program that stands in for Prisma's native schema engine: its arguments, its log lines, its JSON-RPC on the standard
// streams. It knows no SQL; the methods do the work.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import readline from 'node:readline';
import type { Readable } from 'node:stream';
import { DbsyncError, messageOf } from '../../../errors/index.ts';
import { record } from '../files.ts';
import { inWordsOf } from '../join-keys.ts';
import type { SchemaFile } from '../schema-files.ts';
import { type BridgeArguments, bridgeArguments } from './arguments.ts';
import { CHANNEL_VARIABLE, openChannel, type RunChannel } from './channel.ts';
import { type Connection, type Guard, prepareConnection } from './connection.ts';
import { type Failure, failureOf, rpcError } from './failures.ts';
import { METHODS } from './methods.ts';
import { placeKey, placeOf } from './place.ts';
import type { Params } from './requests.ts';

/** The process around the engine. */
export interface BridgeWorld {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly temporary: string;
  readonly now: () => Date;
  readonly stdin: Readable;
  /** Writes one line to standard output, where the protocol is. */
  readonly answer: (line: string) => void;
  /** Writes one line to standard error, where the CLI reads the log. */
  readonly log: (line: string) => void;
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal;
}

/** What the CLI shows for `--version`: the commit of the WebAssembly build. */
const COMMIT = '59be4fda12412a79eeb9c2ae727b6aa723593323';

/** Variables by which `dbsync prisma` binds the engine to one environment. */
export const GUARD_VARIABLES = {
  target: 'DBSYNC_ENGINE_TARGET',
  readOnly: 'DBSYNC_ENGINE_READ_ONLY',
} as const;

/** Which Prisma asks, as its package says. */
export const VERSION_VARIABLE = 'DBSYNC_ENGINE_PRISMA_VERSION';

interface Bridge {
  readonly world: BridgeWorld;
  readonly given: BridgeArguments;
  readonly datamodels: readonly SchemaFile[];
  readonly connections: Map<string, Connection>;
  readonly channel: RunChannel | null;
}

const logLine = (
  world: BridgeWorld,
  level: 'INFO' | 'ERROR',
  fields: Params,
  target = 'schema_engine',
): void => world.log(JSON.stringify({ timestamp: world.now().toISOString(), level, fields, target }));

const readDatamodels = (given: BridgeArguments, cwd: string): Promise<readonly SchemaFile[]> =>
  Promise.all(
    given.datamodels.map(async (file) => {
      const absolute = path.resolve(cwd, file);
      return { path: absolute, content: await readFile(absolute, 'utf8') };
    }),
  );

const guardOf = ({ environment }: BridgeWorld): Guard => ({
  target: environment[GUARD_VARIABLES.target] ?? null,
  readOnly: environment[GUARD_VARIABLES.readOnly] === '1',
});

const connect = async (bridge: Bridge, params: Params): Promise<{ connection: Connection; stub: string }> => {
  const { world, given, datamodels, connections } = bridge;
  const { environment, cwd, temporary } = world;
  const stated = placeOf({ given, datamodels, params, environment, cwd });
  // A run names its database itself: what the CLI was told is a placeholder.
  const { channel } = bridge;
  const place = channel ? { ...stated, url: channel.url, shadowUrl: null, root: channel.root } : stated;
  const url = place.line === 'six' ? '\n  url = "file:none"' : '';
  const stub = `datasource db {\n  provider = "${place.provider.names[0]}"${url}\n}\n`;
  const key = placeKey(place);
  const known = connections.get(key);
  if (known) return { connection: known, stub };
  const own = datamodels.map(({ path: file, content }) => ({ path: file, content }));
  const connection = await prepareConnection({
    place,
    guard: guardOf(world),
    // The engine dies without one.
    datamodels: own.length > 0 ? own : [{ path: path.join(cwd, 'schema.prisma'), content: stub }],
    temporary,
    cwd,
    channel,
  });
  connections.set(key, connection);
  return { connection, stub };
};

const addressOf = (bridge: Bridge): Connection['address'] =>
  [...bridge.connections.values()].at(-1)?.address ?? null;

const isFailed = (value: unknown): value is { readonly failed: Failure } =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'failed');

/** What `migrate deploy` asks; a run of dbsync lets its engine do nothing else. */
const OF_A_RUN: ReadonlySet<string> = new Set([
  'applyMigrations',
  'ensureConnectionValidity',
  'getDatabaseVersion',
  'listMigrationDirectories',
]);

const methodOf = ({ channel }: Bridge, name: string): (typeof METHODS)[string] | undefined => {
  if (channel && !OF_A_RUN.has(name))
    throw new Error(`A run of dbsync only applies migrations, not ${name}.`);
  return Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
};

const answer = async (bridge: Bridge, line: string, ids: { last: number }): Promise<void> => {
  const { world } = bridge;
  const message = record(JSON.parse(line));
  // Without a method it is the CLI's receipt for `print`.
  if (!message || typeof message.method !== 'string') return;
  const reply = (part: object): void =>
    world.answer(JSON.stringify({ jsonrpc: '2.0', ...part, id: message.id ?? null }));
  const print = (content: string): void => {
    ids.last += 1;
    world.answer(JSON.stringify({ jsonrpc: '2.0', id: ids.last, method: 'print', params: { content } }));
  };
  try {
    const method = methodOf(bridge, message.method);
    if (!method) throw new Error(`Method not found: ${message.method}`);
    const params = record(message.params) ?? {};
    const { connection, stub } = await connect(bridge, params);
    const inItsWords = inWordsOf(world.environment[VERSION_VARIABLE] ?? null);
    const result = await method({ params, connection, cwd: world.cwd, stub, inItsWords, print });
    reply(isFailed(result) ? { error: rpcError(result.failed) } : { result: result ?? null });
  } catch (error) {
    reply({ error: rpcError(failureOf(error, addressOf(bridge))) });
  }
};

/** Requests one after the other until standard input ends. */
const serve = async (bridge: Bridge): Promise<number> => {
  const { world } = bridge;
  logLine(world, 'INFO', { message: 'Starting schema engine RPC server', git_hash: COMMIT });
  const lines = readline.createInterface({ input: world.stdin });
  world.signal.addEventListener('abort', () => lines.close(), { once: true });
  const ids = { last: 0 };
  // Waiting for one answer must not keep the end of the input from being seen: the CLI may be killed in the meantime.
  let queue: Promise<void> = Promise.resolve();
  lines.on('line', (line) => {
    queue = queue
      .then(() => answer(bridge, line, ids))
      .catch((error) => {
        logLine(world, 'ERROR', { is_panic: false, message: messageOf(error) });
      });
  });
  await new Promise<void>((resolve) => lines.once('close', resolve));
  for (const connection of bridge.connections.values()) await connection.cancel();
  await queue;
  return 0;
};

/** One command of the engine as a program: its verdict is a log line and the exit code. */
const runOnce = async (bridge: Bridge): Promise<number> => {
  const { world, given } = bridge;
  logLine(world, 'INFO', { message: 'Starting schema engine CLI', git_hash: COMMIT });
  try {
    const { connection } = await connect(bridge, {});
    if (given.command === 'create-database' && !bridge.channel) await connection.create();
    else if (given.command === 'can-connect-to-database')
      await (await connection.session()).query('SELECT 1');
    else throw new DbsyncError('SOURCE_UNSUPPORTED', { summary: `${given.command} is not possible here.` });
    const done =
      given.command === 'create-database' ? 'Database was successfully created.' : 'Connection successful';
    logLine(world, 'INFO', { message: done });
    return 0;
  } catch (error) {
    const { code, message } = failureOf(error, addressOf(bridge));
    logLine(world, 'ERROR', { is_panic: false, error_code: code ?? '', message }, 'schema_engine::logger');
    return 1;
  }
};

/** Runs the engine as Prisma's CLI started it. Resolves with the exit code. */
export const runBridge = async (world: BridgeWorld): Promise<number> => {
  const given = bridgeArguments(world.argv);
  if (given.command === 'version') {
    world.answer(`schema-engine-cli ${COMMIT}`);
    return 0;
  }
  const datamodels = await readDatamodels(given, world.cwd);
  const place = world.environment[CHANNEL_VARIABLE];
  const channel = place === undefined ? null : await openChannel(place);
  const bridge: Bridge = { world, given, datamodels, connections: new Map(), channel };
  try {
    return given.command === 'serve' ? await serve(bridge) : await runOnce(bridge);
  } finally {
    for (const connection of bridge.connections.values()) await connection.close();
    channel?.close();
  }
};
