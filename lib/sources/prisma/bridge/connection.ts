// One database behind the bridge: a session that is opened when it is first needed, the engine on it, and its shadow databases.
// Everything goes through dbsync's own dialects; Prisma's stock adapters have no part in it.
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Address, Dialect, EngineError, Session } from '../../../dialects/contract.ts';
import { loadDialect } from '../../../dialects/registry.ts';
import { DbsyncError } from '../../../errors/index.ts';
import { redactor, Secret, type Timeouts } from '../../../target/index.ts';
import { createEngine, type Engine, type SchemasContainer } from '../engine/index.ts';
import type { Provider } from '../providers.ts';
import type { RunChannel } from './channel.ts';
import type { Place } from './place.ts';
import { type Watched, watchSession } from './watched.ts';

/** What `dbsync prisma` demands of the engine that it puts in place. */
export interface Guard {
  /** Hash of the only database that may be reached; null: the CLI's own choice. */
  readonly target: string | null;
  /** The engine's session refuses writes. */
  readonly readOnly: boolean;
}

export interface ConnectionInput {
  readonly place: Place;
  readonly guard: Guard;
  readonly datamodels: SchemasContainer['files'];
  /** Absolute folder for temporary files. */
  readonly temporary: string;
  readonly cwd: string;
  /** The run of dbsync that the engine works for; null: a person's own command. */
  readonly channel: RunChannel | null;
}

export interface Connection {
  readonly dialect: Dialect;
  readonly provider: Provider;
  /** Null: the request compares files only. */
  readonly address: Address | null;
  /** The migrations that may be applied; null: whatever is pending. */
  readonly wanted: ReadonlySet<string> | null;
  /** The session on it, opened at the first call. Throws CONNECT_*, DATABASE_*. */
  session(): Promise<Session>;
  /** Ends what runs now. */
  cancel(): Promise<void>;
  readonly engine: Engine;
  /** How the last script failed, in the engine's own words; null where none did. */
  scriptError(): EngineError | null;
  /** Creates the database where it is missing. Throws DATABASE_*, CONNECT_*. */
  create(): Promise<void>;
  /** Replaces the file by an empty one; false where the database is no file. */
  empty(): Promise<boolean>;
  close(): Promise<void>;
}

/** Prisma's engine sets no timeouts of its own, but for the connection (5 s) and its lock (10 s); its stand-in neither. */
export const TIMEOUTS: Timeouts = {
  connectMs: 5_000,
  lockMs: 0,
  statementMs: 0,
  runnerLockMs: 10_000,
  probeMs: 0,
};

/** The word by which the launcher and the engine agree on a database, without saying which. */
export const targetHash = (address: Address): string =>
  createHash('sha256').update(`${address.dialect}\n${address.display}`).digest('hex');

const checkGuard = (address: Address, guard: Guard): void => {
  if (guard.target === null || guard.target === targetHash(address)) return;
  throw new DbsyncError('SOURCE_REDIRECTED', {
    summary: `The project's Prisma would work on ${address.display}, which is not the database of the dbsync environment.`,
    why: 'The URL in the schema or in prisma.config.* wins over the variable that dbsync sets; nothing was sent to either database.',
    next: ["Let the project read its URL from the variable that dbsync's configuration names (urlVariable)."],
  });
};

/** Opens a session at its first use, and again after it was dropped. */
const lazily = (open: () => Promise<Session>) => {
  let opened: Promise<Session> | null = null;
  return {
    get: (): Promise<Session> => {
      opened ??= open();
      return opened;
    },
    /** What is open now. */
    held: async (): Promise<Session | null> => (await opened?.catch(() => null)) ?? null,
    drop: async (): Promise<void> => {
      const held = await opened?.catch(() => null);
      opened = null;
      await held?.close();
    },
  };
};

const noDatabase = async (): Promise<never> => {
  throw new DbsyncError('URL_MISSING', {
    summary: 'This request compares files only; no database was named.',
    next: ["Give the project's Prisma a URL."],
  });
};

/** The engine's main session where there is no database to connect to. */
const sessionOfNowhere = (address: Address): Session => ({
  mode: 'read',
  address,
  query: noDatabase,
  raw: noDatabase,
  execute: noDatabase,
  script: noDatabase,
  limit: async () => {},
  cancel: async () => {},
  close: async () => {},
});

/** Runs `work` on an empty shadow database, made as Prisma makes its own: at the offered URL, else beside the target. */
const shadowsOf =
  (dialect: Dialect, address: Address, input: ConnectionInput) =>
  async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const { shadowUrl } = input.place;
    const shadow = await dialect.createShadow({
      content: 'empty',
      target: null,
      address,
      identity: null,
      timeouts: TIMEOUTS,
      scratch: input.place.url !== null && !input.guard.readOnly,
      folder: input.temporary,
      root: input.cwd,
      ...(shadowUrl && { shadowUrl }),
    });
    try {
      const session = await dialect.connect(shadow.address, { mode: 'write', timeouts: TIMEOUTS });
      try {
        return await work(session);
      } finally {
        await session.close();
      }
    } finally {
      await shadow.drop();
    }
  };

const noEngine = (provider: Provider): DbsyncError =>
  new DbsyncError('SOURCE_TOOL_MISSING', {
    summary: `Prisma's engine as it comes in WebAssembly has no ${provider.title} connector.`,
    why: "dbsync's stand-in for the native engine is built on it.",
    next: ["Install Prisma's native engine where the network allows it: npx prisma version"],
  });

/** An address of nowhere, for the shadow databases of a request that compares files only. */
const nowhere = (dialect: Dialect, cwd: string): Address => {
  const [scheme = ''] = dialect.urlSchemes;
  const file = scheme === 'file';
  return dialect.address(new Secret(file ? 'file:./none.db' : `${scheme}://none@127.0.0.1:1/none`), cwd);
};

/** Prepares a connection; nothing is opened yet. Throws SOURCE_REDIRECTED, SOURCE_TOOL_MISSING, URL_*. */
export const prepareConnection = async (input: ConnectionInput): Promise<Connection> => {
  const { place, guard } = input;
  const { provider } = place;
  if (!provider.engine) throw noEngine(provider);
  const dialect = await loadDialect(provider.dialect);
  const address = place.url && dialect.address(place.url, place.root);
  if (address) checkGuard(address, guard);
  const around = address ?? nowhere(dialect, input.cwd);
  const withEmptyShadow = shadowsOf(dialect, around, input);
  const mode = guard.readOnly ? 'read' : 'write';
  const { channel } = input;
  const timeouts = channel?.timeouts ?? TIMEOUTS;
  let failed: EngineError | null = null;
  let watched: Watched | null = null;
  const main = lazily(async () => {
    if (!address) return sessionOfNowhere(around);
    const session = await dialect.connect(address, { mode, timeouts });
    if (!channel) return session;
    watched = watchSession({ session, dialect, provider, channel });
    return watched.session;
  });
  channel?.onLost(() => void main.held().then((session) => session?.cancel()));
  const engine = createEngine({
    line: place.line,
    flavour: provider.engine,
    provider,
    context: { dialect, redact: redactor(around.secrets), withEmptyShadow },
    onScriptFailure: async (on, error) => {
      failed = dialect.explain(error);
      // A file with a BEGIN of its own leaves its transaction open, and the engine could not even write down the failure.
      await on.script('ROLLBACK').catch(() => {});
    },
    ...(channel && { script: async (session: Session, sql: string) => watched?.script(session, sql) }),
    datamodels: input.datamodels.map((file) => [file.path, file.content] as const),
  });
  return {
    dialect,
    provider,
    address,
    wanted: channel?.migrations ?? null,
    session: main.get,
    cancel: async () => (await main.held())?.cancel(),
    engine,
    scriptError: () => failed,
    create: () => dialect.create(around, TIMEOUTS),
    empty: async () => {
      if (around.file === undefined) return false;
      await main.drop();
      for (const end of ['', '-wal', '-shm', '-journal']) await rm(`${around.file}${end}`, { force: true });
      await dialect.create(around, TIMEOUTS);
      return true;
    },
    close: async () => {
      await engine.close();
      await main.drop();
    },
  };
};
