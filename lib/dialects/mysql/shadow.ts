// Shadow databases for MySQL and MariaDB: an offered database, a private server, or a scratch schema on the target's server. Each is
// proven not to be the target before anything is written.
import { randomBytes } from 'node:crypto';
import { DbsyncError, messageOf } from '../../errors/index.ts';
import { Secret, type Timeouts } from '../../target/index.ts';
import type { Identity, Shadow, ShadowRequest } from '../contract.ts';
import { address, type MysqlAddress, mysqlAddress, withDatabase } from './address.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { connect, connectServer } from './connect.ts';
import { copyStructure } from './copy.ts';
import { createLike, same } from './databases.ts';
import { emptyDatabase } from './empty.ts';
import { identify } from './identify.ts';
import { inspect } from './inspect.ts';
import { quote } from './quote.ts';
import { SHADOW_PREFIX, startServer } from './server.ts';

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

/** Facts of the target that the private server must share, as options of the server program; MariaDB and MySQL both know them. */
const OPTION_FACTS: readonly (readonly [string, string])[] = [
  ['sql_mode', 'sql-mode'],
  ['lower_case_table_names', 'lower-case-table-names'],
  ['character_set_server', 'character-set-server'],
  ['collation_server', 'collation-server'],
  ['default_storage_engine', 'default-storage-engine'],
  ['explicit_defaults_for_timestamp', 'explicit-defaults-for-timestamp'],
  ['innodb_default_row_format', 'innodb-default-row-format'],
  ['innodb_page_size', 'innodb-page-size'],
  ['innodb_strict_mode', 'innodb-strict-mode'],
];

const optionsLike = (identity: Identity | null): string[] =>
  OPTION_FACTS.flatMap(([fact, option]) => {
    const value = identity?.facts[fact];
    // The page size is fixed when the data folder is made, which is done with the default.
    const usable = value !== undefined && value !== null && option !== 'innodb-page-size';
    return usable ? [`${option}=${String(value)}`] : [];
  });

const versionCaveats = (identity: Identity | null, binaries: Binaries): string[] => {
  if (!identity) return [];
  const near = identity.version.split('.').slice(0, 2).join('.');
  if (binaries.version.startsWith(`${near}.`)) return [];
  return [
    `the private server is ${binaries.product} ${binaries.version}, the target is ${identity.product} ${identity.version}`,
  ];
};

/** Copies the target's structure where the request asks for it; returns the caveats. */
const fill = async (request: ShadowRequest, shadow: MysqlAddress): Promise<readonly string[]> => {
  if (request.content === 'empty' || !request.identity) return [];
  const from = await connect(request.address, { mode: 'read', timeouts: request.timeouts });
  const to = await connect(shadow, { mode: 'write', timeouts: request.timeouts });
  try {
    const schema = String(request.identity.facts.schema);
    const role = String(request.identity.facts.role);
    return await copyStructure({ from, to, schema, role, events: !shadow.shadowOf?.eventsRun });
  } finally {
    await from.close();
    await to.close();
  }
};

const answering =
  (timeouts: Timeouts) => async (server: { port: number; user: string; password: string }) => {
    const place = address(
      new Secret(`mysql://${server.user}:${server.password}@127.0.0.1:${server.port}/x?ssl-mode=disabled`),
      '/',
    );
    const session = await connectServer(place, { mode: 'read', timeouts }).catch(() => null);
    await session?.close();
    return session !== null;
  };

/** On a server of its own the shadow has the target's very name, so that statements that name it work as they would there. */
const privateShadow = async (request: ShadowRequest, binaries: Binaries): Promise<Shadow> => {
  const { timeouts, identity } = request;
  const server = await startServer({
    binaries,
    options: optionsLike(identity),
    answers: answering(timeouts),
  });
  try {
    const name = mysqlAddress(request.address).database;
    const base = `mysql://${server.user}:${server.password}@127.0.0.1:${server.port}`;
    const own = address(new Secret(`${base}/${encodeURIComponent(name)}?ssl-mode=disabled`), request.folder);
    const session = await connectServer(own, { mode: 'write', timeouts });
    await createLike(session, name, identity).finally(() => session.close());
    const left = await fill(request, own);
    return {
      address: own,
      description: `a private ${binaries.product} ${binaries.version} server`,
      holdsData: false,
      caveats: [...versionCaveats(identity, binaries), ...left],
      drop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
};

const eventsRun = (identity: Identity | null): boolean => identity?.facts.event_scheduler === 'ON';

const scratchShadow = async (request: ShadowRequest): Promise<Shadow> => {
  const { timeouts, identity } = request;
  const target = mysqlAddress(request.address);
  const name = `${SHADOW_PREFIX}${randomBytes(6).toString('hex')}`;
  const own = withDatabase(target, name, { schema: target.database, eventsRun: eventsRun(identity) });
  const server = await connectServer(target, { mode: 'write', timeouts });
  try {
    await createLike(server, name, identity);
  } catch (error) {
    throw unavailable('The role may not create a scratch database on the target’s server.', error);
  } finally {
    await server.close();
  }
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

/** Throws unless the offered database is empty, another one than the target, and of the same product. */
const proveOffered = async (offered: MysqlAddress, request: ShadowRequest): Promise<Identity> => {
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
    return found;
  } finally {
    await session.close();
  }
};

const alterDefaults = (facts: Identity['facts']): string =>
  `ALTER DATABASE CHARACTER SET ${quote(String(facts.character_set_database))} COLLATE ${quote(String(facts.collation_database))}`;

const offeredShadow = async (request: ShadowRequest, url: Secret): Promise<Shadow> => {
  const { timeouts, identity } = request;
  const plain = address(url, request.folder);
  const found = await proveOffered(plain, request);
  const shared = identity !== null && serverOf(found) === serverOf(identity);
  const schema = mysqlAddress(request.address).database;
  const own: MysqlAddress = {
    ...plain,
    shadowOf: shared ? { schema, eventsRun: eventsRun(identity) } : null,
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
