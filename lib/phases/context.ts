// What every phase needs: the configuration, the target, the source's project, the run. Opened once, closed at the end.
import { existsSync } from 'node:fs';
import { runOf } from '../audit/index.ts';
import {
  type Environment,
  type LoadedConfig,
  loadConfig,
  parseIgnore,
  resolveEnvironment,
} from '../config/index.ts';
import type {
  Address,
  Dialect,
  Identity,
  InspectOptions,
  Session,
  ShadowRequest,
} from '../dialects/contract.ts';
import { loadDialect } from '../dialects/registry.ts';
import { DbsyncError } from '../errors/index.ts';
import { withShadow } from '../shadow/index.ts';
import type { Detection, Project } from '../sources/contract.ts';
import { detectSource, loadSource } from '../sources/registry.ts';
import { type Redact, redactor, type Secret } from '../target/index.ts';
import { createKeeper, type Keeper } from './kept.ts';
import type { PhaseOptions, World } from './options.ts';
import { policyReachesOut } from './outside.ts';
import { memoriesOf } from './remembered.ts';
import { ABSENT, identityOf } from './target-ref.ts';

/** What a phase needs that works on artifacts alone: no database, no project. */
export interface Desk {
  readonly world: World;
  readonly options: PhaseOptions;
  readonly loaded: LoadedConfig;
  readonly environment: Environment;
  /** The way of every text to the outside: secrets masked, commands as the reader can type them. */
  readonly redact: Redact;
}

export interface Context extends Desk {
  readonly dialect: Dialect;
  readonly address: Address;
  readonly detection: Detection;
  readonly project: Project;
  readonly inspect: InspectOptions;
  readonly early: EarlySession;
  /** Null where no rehearsal follows in this process. */
  readonly keeper: Keeper | null;
}

/** Before the project is read. */
type Opening = Omit<Context, 'project' | 'inspect' | 'keeper'>;

/** A session on the target that is opened while the project is still being read. */
interface EarlySession {
  /** For the first who asks; null for everybody else. Rejects as `connect` does. */
  take(): Promise<Session> | null;
}

const REVERSE = /^(db|database|pull|introspect|reverse|target)(-?to-?code)?$/i;

/** Direction is code -> database. Throws REVERSE_REFUSED. */
const refuseReverse = (direction: string | undefined): void => {
  if (direction === undefined || direction === 'code-to-database') return;
  throw new DbsyncError('REVERSE_REFUSED', {
    summary: `dbsync brings a database to the code, never code to a database${REVERSE.test(direction) ? '' : ` ("${direction}" was asked for)`}.`,
    why: 'A schema that is written back from a database loses what the code says and the database cannot hold.',
    next: ['To read a database into a schema, use the migration tool itself (for Prisma: prisma db pull).'],
  });
};

const everySecret = (environment: Environment, address: Address): readonly Secret[] => [
  ...address.secrets,
  ...(environment.shadow.url ? [environment.shadow.url] : []),
];

const outward = (world: World, secrets: readonly Secret[]): Redact => {
  const mask = redactor(secrets);
  return (text) => world.command(mask(text));
};

const openEarly = ({ dialect, address, environment }: Reachable, wanted: boolean): EarlySession => {
  const { create, timeouts } = environment.target;
  // A file is not waited for.
  const far = dialect.identifyServer !== undefined;
  let opened = wanted && far && !create ? dialect.connect(address, { mode: 'read', timeouts }) : null;
  // Whoever takes it hears why it failed; where nobody does, something else went wrong before.
  opened?.catch(() => undefined);
  return {
    take: () => {
      const taken = opened;
      opened = null;
      return taken;
    },
  };
};

const closeEarly = async (early: EarlySession): Promise<void> => {
  const session = await early.take()?.catch(() => null);
  await session?.close();
};

/** Not one that was begun before: its plan, rehearsed and approved, may need no shadow. */
const isNewRun = ({ loaded, options: { plan, task } }: Pick<Context, 'loaded' | 'options'>): boolean =>
  plan === undefined && (task === undefined || !existsSync(runOf(loaded.root, task).folder));

/** By a connection of its own, as the version of the target chooses the server. */
const warmRequest = (context: Opening): Promise<Pick<ShadowRequest, 'timeouts' | 'identity'>> =>
  withTarget(context, async (session) => ({
    timeouts: context.environment.target.timeouts,
    identity: await (session ? identityOf(context.dialect, session) : serverOf(context)),
  }));

const openProject = async (context: Opening, plans: boolean): Promise<Project> => {
  const source = await loadSource(context.detection.source);
  const { dialect, address, environment, redact, world } = context;
  // Beside the start of the tool.
  const warmShadow = (): void => {
    if (isNewRun(context) && !environment.shadow.url) dialect.warmShadow?.(warmRequest(context));
  };
  const { timeouts } = environment.target;
  return source.open(context.detection, {
    dialect,
    timeouts,
    redact,
    tool: { environment: world.environment, ...context.loaded.config.tool },
    executor: environment.executor,
    temporary: world.temporary,
    ...(plans && {
      planning: {
        earlier: memoriesOf(context),
        now: world.now,
        warmShadow,
        look: (work: (session: Session | null) => Promise<void>) => withTarget(context, work),
      },
    }),
    withEmptyShadow: (work, like = null) => {
      const request = shadowRequest({ environment, address, world, dialect }, 'empty', like);
      return withShadow(dialect, request, ({ session }) => work(session));
    },
  });
};

type Reachable = Pick<Context, 'environment' | 'address' | 'dialect'>;

/** What a database will be like that does not exist yet, as its server is. No database has its identity: guards compare that. */
const serverOf = async ({ dialect, address, environment }: Reachable): Promise<Identity | null> => {
  const server = await dialect.identifyServer?.(address, environment.target.timeouts);
  return server ? { ...server, identity: ABSENT, instance: ABSENT } : null;
};

/** Who the target is, for a caller without a session on it. One that does not answer is not known: whoever needs it hears why. */
const targetOf = async (context: Reachable): Promise<Identity | null> => {
  const { dialect, address, environment } = context;
  const { timeouts } = environment.target;
  // Where no server is asked, a shadow is like every other.
  if (!dialect.identifyServer) return null;
  try {
    if (!(await dialect.exists(address, timeouts))) return await serverOf(context);
    const session = await dialect.connect(address, { mode: 'read', timeouts });
    return await dialect.identify(session).finally(() => session.close());
  } catch (error) {
    if (error instanceof DbsyncError) return null;
    throw error;
  }
};

/** A request for a shadow database, with everything that the configuration says of it. */
export const shadowRequest = async (
  context: Pick<Context, 'environment' | 'address' | 'world' | 'dialect'>,
  content: 'empty' | 'copy',
  target: Session | null,
  known: Identity | null = null,
): Promise<ShadowRequest> => ({
  content,
  target,
  address: context.address,
  // Version, character sets and modes of the shadow follow the target's.
  identity: known ?? (await (target ? identityOf(context.dialect, target) : targetOf(context))),
  timeouts: context.environment.target.timeouts,
  scratch: context.environment.shadow.scratch,
  reachesOut: policyReachesOut(context),
  folder: context.world.temporary,
  root: context.world.cwd,
  ...(context.environment.shadow.url && { shadowUrl: context.environment.shadow.url }),
});

/** What a phase is going to do. */
export interface Needs {
  /** It analyses statements. */
  readonly analyses: boolean;
  /** It makes a plan, as long as none is named that was made before. */
  readonly plans?: boolean;
  /** It begins with a look at the target. */
  readonly looks?: boolean;
  /** It rehearses the plan that it makes. */
  readonly rehearses?: boolean;
}

/** The configuration says which schema is meant, once for all phases and for everybody. */
const refuseChoice = ({ schema, migrations }: PhaseOptions): void => {
  const [first] = Object.entries({ schema, migrations }).filter(([, value]) => value !== undefined);
  if (!first) return;
  const [key, value] = first;
  throw new DbsyncError('USAGE', {
    summary: `--${key} is an option of init and lint alone.`,
    why: 'Runs that mean different schemas or histories would bring one database to and fro.',
    next: [`Set \`${key}: '${value}'\` in dbsync.config.ts.`],
  });
};

const build = async (world: World, options: PhaseOptions, needs: Needs): Promise<Context> => {
  refuseReverse(options.direction);
  refuseChoice(options);
  const loaded = await loadConfig({ cwd: world.cwd, file: options.config, environment: world.environment });
  const environment = resolveEnvironment(loaded, options.env);
  const dialect = await loadDialect(environment.target.dialect, { analyses: false });
  const address = dialect.address(environment.target.url, loaded.root);
  const redact = outward(world, everySecret(environment, address));
  const early = openEarly({ dialect, address, environment }, needs.looks ?? false);
  try {
    const detection = await detectSource(
      loaded.project,
      options.source ?? loaded.config.source ?? null,
      loaded.config,
    );
    const partial = { world, options, loaded, environment, dialect, address, redact, detection, early };
    // Opening reads files and starts the tool, and needs nothing analysed; what analyses gets ready beside it.
    const [project] = await Promise.all([
      openProject(partial, needs.plans ?? false),
      needs.analyses ? dialect.prepare?.() : null,
    ]);
    const ignore = [...project.ledger.objects, ...(loaded.config.ignore ?? []).map(parseIgnore)];
    return { ...partial, project, inspect: { ignore }, keeper: needs.rehearses ? createKeeper() : null };
  } catch (error) {
    await closeEarly(early).finally(() => dialect.close?.());
    throw error;
  }
};

/** Opens the artifacts' side of an environment only. Throws CONFIG_*, ENVIRONMENT_*. */
export const withDesk = async <T>(
  world: World,
  options: PhaseOptions,
  work: (desk: Desk) => Promise<T>,
): Promise<T> => {
  refuseReverse(options.direction);
  const loaded = await loadConfig({ cwd: world.cwd, file: options.config, environment: world.environment });
  const environment = resolveEnvironment(loaded, options.env, true);
  return work({ world, options, loaded, environment, redact: outward(world, [environment.target.url]) });
};

/** Runs `work` with a context and closes what it opened. Throws CONFIG_*, ENVIRONMENT_*, URL_*, SOURCE_*. */
export const withContext = async <T>(
  world: World,
  options: PhaseOptions,
  work: (context: Context) => Promise<T>,
  needs: Needs = { analyses: true },
): Promise<T> => {
  const context = await build(world, options, needs);
  try {
    return await work(context);
  } finally {
    await closeEarly(context.early)
      .finally(() => context.keeper?.close())
      .finally(() => context.project.close())
      .finally(() => context.dialect.close?.());
  }
};

/** Runs `work` with a read-only session; null where the database does not exist yet and may be created. */
export const withTarget = async <T>(
  context: Opening,
  work: (session: Session | null) => Promise<T>,
): Promise<T> => {
  const { dialect, address, environment } = context;
  const { timeouts, create } = environment.target;
  if (create && !(await dialect.exists(address, timeouts))) return work(null);
  const session = await (context.early.take() ?? dialect.connect(address, { mode: 'read', timeouts }));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};
