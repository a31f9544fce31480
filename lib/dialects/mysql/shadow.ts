// Shadow databases for MySQL and MariaDB: an offered database, a private server, or a scratch schema on the target's server. Each is
// proven not to be the target before anything is written.
import { randomBytes } from 'node:crypto';
import { DbsyncError, messageOf } from '../../errors/index.ts';
import type { Secret } from '../../target/index.ts';
import type { Identity, Session, Shadow, ShadowRequest } from '../contract.ts';
import { address, type MysqlAddress, mysqlAddress, withDatabase } from './address.ts';
import { connect, connectServer } from './connect.ts';
import { identify } from './identify.ts';
import { inspect } from './inspect.ts';
import { quote } from './quote.ts';
import { findBinaries } from './shadow/binaries.ts';
import { createLike, same } from './shadow/databases.ts';
import { emptyDatabase } from './shadow/empty.ts';
import { fill } from './shadow/fill.ts';
import { privateShadow } from './shadow/private.ts';
import { SHADOW_PREFIX } from './shadow/server.ts';

const unavailable = (summary: string, cause?: unknown): DbsyncError =>
  new DbsyncError('SHADOW_UNAVAILABLE', {
    summary,
    ...(cause !== undefined && { why: messageOf(cause), cause }),
    next: [
      'Install the server program on this machine (mariadb-server or mysql-server): dbsync starts a private one.',
      'Or offer an empty database on another server with shadowUrl.',
      'Or allow a scratch database on the target’s server with shadow: { scratch: true }.',
    ],
  });

/** Read by everybody, and written by nobody. */
const FACTS_ONLY = 'information_schema';

/** Every schema on the server but the shadow's own; none where a person accepted that migrations act outside of it. */
const othersOf = async (
  server: Session,
  own: string,
  { reachesOut }: Pick<ShadowRequest, 'reachesOut'>,
): Promise<readonly string[]> => {
  if (reachesOut) return [];
  const rows = await server.query('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
  return rows
    .map(({ name }) => String(name))
    .filter((name) => name.toLowerCase() !== own.toLowerCase() && name.toLowerCase() !== FACTS_ONLY);
};

const eventsRun = (identity: Identity | null): boolean => identity?.facts.event_scheduler === 'ON';

const scratchShadow = async (request: ShadowRequest): Promise<Shadow> => {
  const { timeouts, identity } = request;
  const target = mysqlAddress(request.address);
  const name = `${SHADOW_PREFIX}${randomBytes(6).toString('hex')}`;
  const server = await connectServer(target, { mode: 'write', timeouts });
  let others: readonly string[];
  try {
    others = await othersOf(server, name, request);
    await createLike(server, name, identity);
  } catch (error) {
    throw unavailable('The role may not create a scratch database on the target’s server.', error);
  } finally {
    await server.close();
  }
  const shadowOf = { schema: target.database, eventsRun: eventsRun(identity), others };
  const own = withDatabase(target, name, shadowOf);
  const drop = async (): Promise<void> => {
    const session = await connectServer(target, { mode: 'write', timeouts });
    await session.execute(`DROP DATABASE IF EXISTS ${quote(name)}`).finally(() => session.close());
  };
  try {
    const left = await fill(request, own);
    const caveats = [
      'the shadow stands on the target’s server: a migration tool that connects by itself could name the target there',
      ...left,
    ];
    return {
      address: own,
      description: `a scratch database on the target’s server`,
      holdsData: false,
      caveats,
      drop,
    };
  } catch (error) {
    await drop();
    throw error;
  }
};

/** The server part of an identity: `mysql:<server>:<schema>`. */
const serverOf = (identity: Identity | null): string | null =>
  identity?.identity.split(':').slice(0, 2).join(':') ?? null;

interface Offered {
  readonly found: Identity;
  readonly others: readonly string[];
}

/** Throws unless the offered database is empty, another one than the target, and of the same product. */
const proveOffered = async (offered: MysqlAddress, request: ShadowRequest): Promise<Offered> => {
  const session = await connect(offered, { mode: 'read', timeouts: request.timeouts });
  try {
    const found = await identify(session);
    if (request.identity && same(found, request.identity)) {
      throw new DbsyncError('SHADOW_IS_TARGET', {
        summary: 'shadowUrl leads to the target database itself.',
        why: 'Both are the same schema of the same server, by what the server says of itself.',
        next: ['Name an empty database of its own.'],
      });
    }
    if (request.identity && found.product !== request.identity.product) {
      throw unavailable(
        `shadowUrl leads to ${found.product}, but the target is ${request.identity.product}.`,
      );
    }
    const { objects } = await inspect(session, { ignore: [] });
    if (objects.length > 0) {
      throw unavailable(
        `The database of shadowUrl is not empty: it holds ${objects.length} objects, which dbsync will not touch.`,
      );
    }
    return { found, others: await othersOf(session, offered.database, request) };
  } finally {
    await session.close();
  }
};

const alterDefaults = (facts: Identity['facts']): string =>
  `ALTER DATABASE CHARACTER SET ${quote(String(facts.character_set_database))} COLLATE ${quote(String(facts.collation_database))}`;

const offeredShadow = async (request: ShadowRequest, url: Secret): Promise<Shadow> => {
  const { timeouts, identity } = request;
  const plain = address(url, request.folder);
  const { found, others } = await proveOffered(plain, request);
  const shared = identity !== null && serverOf(found) === serverOf(identity);
  const schema = mysqlAddress(request.address).database;
  const own: MysqlAddress = {
    ...plain,
    shared: true,
    shadowOf: { schema: shared ? schema : null, eventsRun: shared && eventsRun(identity), others },
  };
  const on = async (work: string | null, clean: boolean): Promise<void> => {
    const session = await connect(own, { mode: 'write', timeouts });
    try {
      if (clean) await emptyDatabase(session);
      if (work !== null) await session.execute(work);
    } finally {
      await session.close();
    }
  };
  const drop = (): Promise<void> => on(alterDefaults(found.facts), true);
  try {
    if (identity) await on(alterDefaults(identity.facts), false);
    const left = await fill(request, own);
    const modes =
      identity && found.facts.sql_mode !== identity.facts.sql_mode
        ? ['its sql_mode differs from the target’s']
        : [];
    const version =
      identity && found.version !== identity.version
        ? [`it is ${found.version}, the target ${identity.version}`]
        : [];
    return {
      address: own,
      description: `the offered database ${own.display}`,
      holdsData: false,
      caveats: [...version, ...modes, ...left],
      drop,
    };
  } catch (error) {
    await drop();
    throw error;
  }
};

/** Makes a shadow: the offered database, else a private server of the target's product, else a scratch database where allowed. */
export const createShadow = async (request: ShadowRequest): Promise<Shadow> => {
  if (request.shadowUrl) return offeredShadow(request, request.shadowUrl);
  const binaries = await findBinaries(request.identity?.product ?? null);
  if (binaries) {
    try {
      return await privateShadow(request, binaries);
    } catch (error) {
      if (!request.scratch) throw error;
    }
  }
  if (request.scratch) return scratchShadow(request);
  throw unavailable(
    `There is no ${request.identity?.product ?? 'MySQL or MariaDB'} server program here to start a private shadow server.`,
  );
};
