// Shadow databases on private servers, which wait from one shadow to the next of a run. Never connects to the target but to copy it.
import { Secret, type Timeouts } from '../../../target/index.ts';
import type { Identity, Session, Shadow, ShadowRequest } from '../../contract.ts';
import { createPool } from '../../pool.ts';
import { address, type MysqlAddress, mysqlAddress } from '../address.ts';
import { connectServer } from '../connect.ts';
import type { Binaries } from './binaries.ts';
import { createLike } from './databases.ts';
import { fill } from './fill.ts';
import { type PrivateServer, startServer } from './server.ts';
import { dropSchema, isRenewed, serverState } from './state.ts';

/** Facts of the target that the private server must share, as options of the server program; a server states only those that it knows. */
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
  // MySQL: tables without a primary key get a hidden one (8.0.30), or are refused (8.0.13).
  ['sql_generate_invisible_primary_key', 'sql-generate-invisible-primary-key'],
  ['sql_require_primary_key', 'sql-require-primary-key'],
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

/** How to log in to a private server. */
type Login = Omit<PrivateServer, 'stop'>;

const addressOf = (server: Login, schema: string, folder: string): MysqlAddress => {
  const base = `mysql://${server.user}:${server.password}@127.0.0.1:${server.port}`;
  const own = address(new Secret(`${base}/${encodeURIComponent(schema)}?ssl-mode=disabled`), folder);
  return { ...own, ephemeral: true };
};

const withServer = async <T>(
  server: Login,
  timeouts: Timeouts,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = await connectServer(addressOf(server, 'x', '/'), { mode: 'write', timeouts });
  return work(session).finally(() => session.close());
};

/** A private server, and its state when it was new. */
interface Held {
  readonly server: PrivateServer;
  readonly fresh: string;
  stop(): Promise<void>;
}

const servers = createPool<Held>();

/** Stops the private servers that wait for a next shadow. */
export const close = (): Promise<void> => servers.close();

const startHeld = async (
  binaries: Binaries,
  options: readonly string[],
  timeouts: Timeouts,
): Promise<Held> => {
  const answers = (login: Login): Promise<boolean> =>
    withServer(login, timeouts, async () => true).catch(() => false);
  const server = await startServer({ binaries, options, answers });
  try {
    return { server, fresh: await withServer(server, timeouts, serverState), stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
};

/** Drops the schema and keeps its server for the next shadow; a server that does not let it go is stopped. */
const giveBack = async (
  held: Held,
  like: { readonly key: string; readonly schema: string },
  timeouts: Timeouts,
): Promise<void> => {
  try {
    await withServer(held.server, timeouts, (session) => dropSchema(session, like.schema));
  } catch {
    return held.stop();
  }
  return servers.give(like.key, held);
};

/** On a server of its own the shadow has the target's very name, so that statements that name it work as they would there. */
export const privateShadow = async (request: ShadowRequest, binaries: Binaries): Promise<Shadow> => {
  const { timeouts, identity } = request;
  const options = optionsLike(identity);
  const key = JSON.stringify([binaries.server, options]);
  const held = await servers.take({
    key,
    start: () => startHeld(binaries, options, timeouts),
    renew: ({ server, fresh }) => withServer(server, timeouts, (session) => isRenewed(session, fresh)),
  });
  try {
    const schema = mysqlAddress(request.address).database;
    await withServer(held.server, timeouts, (session) => createLike(session, schema, identity));
    const own = addressOf(held.server, schema, request.folder);
    const left = await fill(request, own);
    let dropped: Promise<void> | null = null;
    return {
      address: own,
      description: `a private ${binaries.product} ${binaries.version} server`,
      holdsData: false,
      caveats: [...versionCaveats(identity, binaries), ...left],
      drop: () => {
        dropped ??= giveBack(held, { key, schema }, timeouts);
        return dropped;
      },
    };
  } catch (error) {
    await held.stop();
    throw error;
  }
};
