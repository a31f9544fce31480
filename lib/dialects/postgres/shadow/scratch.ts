// Shadow databases on a server that is not ours: the one that the configuration offers, or the target's own. Guards both.
import { randomBytes, randomInt } from 'node:crypto';
import { DbsyncError } from '../../../errors/index.ts';
import { openSecret, Secret, type Timeouts } from '../../../target/index.ts';
import type { Identity, Session, Shadow, ShadowRequest } from '../../contract.ts';
import {
  type PostgresAddress,
  parseAddress,
  postgresAddress,
  siblingAddress,
  withLikeness,
} from '../address.ts';
import { confine } from '../confine.ts';
import { buildUrl } from '../connect/url.ts';
import { connect, connectMaintenance } from '../connect.ts';
import { explain } from '../explain.ts';
import { identify, same } from '../identify.ts';
import type { Likeness } from '../inspect/likeness.ts';
import { inspect } from '../inspect.ts';
import { literal, printable, quote } from '../quote.ts';
import { localeClauses } from './mirror.ts';
import { SHADOW_PREFIX } from './server.ts';

/** How far a shadow stands for the target. */
export interface Filled {
  readonly caveats: readonly string[];
  readonly likeness: Likeness | null;
}

/** Puts into a new, empty shadow what it shall hold. */
export type Fill = (address: PostgresAddress, request: ShadowRequest) => Promise<Filled>;

const unavailable = (summary: string, why: string, next: string): DbsyncError =>
  new DbsyncError('SHADOW_UNAVAILABLE', { summary, why, next: [next] });

/** A name that only dbsync gives. */
export const newName = (): string => `${SHADOW_PREFIX}${randomBytes(6).toString('hex')}`;

/** Drops a database of dbsync's own, and ends whoever is still on it. */
export const dropDatabase = async (
  address: PostgresAddress,
  database: string,
  timeouts: Timeouts,
): Promise<void> => {
  const server = await connectMaintenance(address, timeouts);
  try {
    await server.execute(
      `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = ${literal(database)} AND pid <> pg_catalog.pg_backend_pid()`,
    );
    await server.execute(`DROP DATABASE IF EXISTS ${quote(database)}`);
  } finally {
    await server.close();
  }
};

interface Place {
  readonly server: PostgresAddress;
  /** Gives the address of a database on the server, with what the target's URL says about schema and driver. */
  readonly addressOf: (database: string) => PostgresAddress;
  readonly description: string;
}

const newDatabase = async (place: Place, request: ShadowRequest, fill: Fill): Promise<Shadow> => {
  const database = newName();
  const server = await connectMaintenance(place.server, request.timeouts);
  try {
    await server.execute(
      `CREATE DATABASE ${quote(database)} TEMPLATE template0 ${localeClauses(request.identity)}`,
    );
    await confine(server, database, request);
  } finally {
    await server.close();
  }
  const drop = (): Promise<void> => dropDatabase(place.server, database, request.timeouts);
  try {
    const address = place.addressOf(database);
    const { caveats, likeness } = await fill(address, request);
    const { description } = place;
    return { address: withLikeness(address, likeness), description, holdsData: false, caveats, drop };
  } catch (error) {
    await drop();
    throw error;
  }
};

const GLOBAL =
  'statements about roles, tablespaces and server settings act on the server itself, beyond the scratch database';

/** A scratch database beside the target, on its server. Only where the configuration allows it. */
export const scratchShadow = async (request: ShadowRequest, fill: Fill): Promise<Shadow> => {
  const target = postgresAddress(request.address);
  const place: Place = {
    server: target,
    addressOf: (database) => siblingAddress(target, database),
    description: "a scratch database on the target's own server",
  };
  try {
    const shadow = await newDatabase(place, request, fill);
    return { ...shadow, caveats: [...shadow.caveats, GLOBAL] };
  } catch (error) {
    if (error instanceof DbsyncError) throw error;
    throw unavailable(
      "A scratch database could not be made on the target's server.",
      explain(error).message,
      'Give the role the right CREATEDB, or offer a database with shadowUrl.',
    );
  }
};

/**
 * Whether two sessions are on one database, proven by a lock that one takes and the other then cannot: advisory locks
 * are per database, whatever names, proxies and replicas' addresses lie between.
 */
const shareDatabase = async (target: Session, other: Session): Promise<boolean> => {
  const key = `${randomInt(1, 2 ** 31 - 1)}, ${randomInt(1, 2 ** 31 - 1)}`;
  await target.query(`SELECT pg_catalog.pg_advisory_lock(${key})`);
  try {
    const [row] = await other.query(`SELECT pg_catalog.pg_try_advisory_lock(${key}) AS got`);
    if (row?.got === true) await other.query(`SELECT pg_catalog.pg_advisory_unlock(${key})`);
    return row?.got !== true;
  } finally {
    await target.query(`SELECT pg_catalog.pg_advisory_unlock(${key})`);
  }
};

const refuseTarget = async (session: Session, found: Identity, request: ShadowRequest): Promise<void> => {
  const byIdentity = request.identity !== null && same(found, request.identity);
  if (!byIdentity && !(request.target && (await shareDatabase(request.target, session)))) return;
  throw new DbsyncError('SHADOW_IS_TARGET', {
    summary: `The shadow database is the target itself (${found.display}).`,
    why: 'Everything in a shadow database is dropped. Both URLs lead to one database, as the server itself says.',
    next: ['Give shadowUrl an empty database of its own, or leave it out.'],
  });
};

const EMPTY_HOLDS = new Set(['schema public', 'extension plpgsql']);

const refuseContents = async (session: Session, found: Identity): Promise<void> => {
  const { objects } = await inspect(session, { ignore: [] });
  const held = objects.map(({ kind, name }) => `${kind} ${name}`).filter((name) => !EMPTY_HOLDS.has(name));
  if (held.length === 0) return;
  throw unavailable(
    `The shadow database ${found.display} is not empty.`,
    `It holds ${held.length} objects, such as ${held.slice(0, 3).map(printable).join(', ')}. A shadow database is dropped after use, so dbsync takes only an empty one.`,
    'Give shadowUrl an empty database of its own.',
  );
};

/** The offered server with the parameters (schema, driver) of the target's URL. */
const offeredAddress = (
  offered: PostgresAddress,
  target: PostgresAddress,
  database: string,
): PostgresAddress => {
  const params = new Map(offered.params);
  const schema = target.params.get('schema');
  if (schema) params.set('schema', schema);
  else params.delete('schema');
  const password = offered.password && openSecret(offered.password);
  const url = buildUrl({ ...offered, scheme: target.scheme, password, database, params });
  return { ...parseAddress(new Secret(url), '/'), tls: offered.tls };
};

/**
 * The shadow that the configuration offers: proven not to be the target and to be empty. A database of dbsync's own is
 * made beside it; so two runs do not meet, and nothing of the offered one is ever dropped.
 */
export const offeredShadow = async (request: ShadowRequest, url: Secret, fill: Fill): Promise<Shadow> => {
  const offered = parseAddress(url, '/');
  const session = await connect(offered, { mode: 'read', timeouts: request.timeouts });
  let identity: Identity;
  try {
    identity = await identify(session);
    await refuseTarget(session, identity, request);
    await refuseContents(session, identity);
  } finally {
    await session.close();
  }
  if (identity.facts.createdb !== true && identity.facts.superuser !== true) {
    throw unavailable(
      `The role of shadowUrl may not create databases on ${identity.display}.`,
      'dbsync makes a database of its own there, and drops it afterwards, rather than emptying the one that is offered.',
      'Give that role the right CREATEDB: ALTER ROLE ... CREATEDB.',
    );
  }
  const target = postgresAddress(request.address);
  const place: Place = {
    server: offered,
    addressOf: (database) => offeredAddress(offered, target, database),
    description: `a database of its own on the server that shadowUrl names (PostgreSQL ${identity.version})`,
  };
  const shadow = await newDatabase(place, { ...request, identity: null }, fill);
  const differs = request.identity && request.identity.versionNumbers[0] !== identity.versionNumbers[0];
  const caveat = `the target runs PostgreSQL ${request.identity?.version}, the shadow ${identity.version}`;
  return { ...shadow, caveats: [...(differs ? [caveat] : []), ...shadow.caveats] };
};
