// Turns a server's address into the URLs that SQLAlchemy's drivers understand, and into what the guard lets through. Knows no database by name.
import type { Address } from '../../dialects/contract.ts';
import { openSecret } from '../../target/index.ts';

/** One driver that could carry the connection. `plain` is the URL without the driver's name. */
export interface DriverUrl {
  readonly driver: string;
  readonly module: string;
  readonly async: boolean;
  readonly plain: string;
  readonly url: string;
}

/** The one database that Python may reach. */
export type GuardTarget =
  | { readonly file: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly default_port: number;
      readonly database: string;
      readonly socket: string | null;
    };

export interface Driver {
  readonly driver: string;
  readonly module: string;
  readonly async: boolean;
  /** Names of URL options that it understands, by the name that the target's URL may use. */
  readonly options: Readonly<Record<string, string>>;
  /** What stands for "encrypt, whoever answers". */
  readonly encrypt?: string;
}

export interface Server {
  readonly scheme: string;
  readonly port: number;
  readonly user: string;
  readonly drivers: readonly Driver[];
  readonly socketOptions: readonly string[];
  readonly always: Readonly<Record<string, string>>;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly socket: string | null;
  readonly query: URLSearchParams;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Reads an address; the host and the port are always said, so that no default of a driver can decide. */
export const placeOf = (address: Address, server: Server): Place => {
  const url = new URL(openSecret(address.url));
  const host = decoded(url.hostname).replace(/^\[|\]$/g, '');
  const asked = server.socketOptions
    .map((name) => url.searchParams.get(name))
    .find((value) => value?.startsWith('/'));
  const user = decoded(url.username) || server.user;
  return {
    host: host || 'localhost',
    port: Number(url.port || server.port),
    user,
    password: decoded(url.password),
    database: decoded(url.pathname.slice(1)) || user,
    socket: asked ?? (host.startsWith('/') ? host : null),
    query: url.searchParams,
  };
};

const optionsOf = (driver: Driver, server: Server, place: Place): URLSearchParams => {
  const options = new URLSearchParams(server.always);
  for (const [name, value] of place.query) {
    const known = driver.options[name];
    if (known) options.set(known, value);
  }
  const encrypt = ['require', 'required', 'prefer'].includes(
    (place.query.get('sslmode') ?? '').toLowerCase(),
  );
  if (driver.encrypt && encrypt && !options.has('ssl_ca')) options.set(driver.encrypt, 'false');
  return options;
};

/** SQLAlchemy unquotes the user and the password of a URL, and takes the database's name as it stands. */
export const serverUrls = (server: Server, place: Place): readonly DriverUrl[] =>
  server.drivers.map((driver) => {
    const options = optionsOf(driver, server, place);
    const socketName = server.socketOptions.at(-1) ?? 'host';
    if (place.socket) options.set(socketName, place.socket);
    if (place.socket && socketName === 'host') options.set('port', String(place.port));
    const secret = place.password === '' ? '' : `:${encodeURIComponent(place.password)}`;
    const host = place.host.includes(':') ? `[${place.host}]` : place.host;
    const where = place.socket ? (socketName === 'host' ? '' : 'localhost') : `${host}:${place.port}`;
    const query = options.size > 0 ? `?${options.toString().replaceAll('+', '%20')}` : '';
    const rest = `://${encodeURIComponent(place.user)}${secret}@${where}/${place.database}${query}`;
    return {
      driver: driver.driver,
      module: driver.module,
      async: driver.async,
      plain: `${server.scheme}${rest}`,
      url: `${server.scheme}+${driver.driver}${rest}`,
    };
  });

/** What the guard compares every connection with. */
export const serverTarget = (server: Server, place: Place): GuardTarget => {
  const isFolder = place.socket !== null && server.socketOptions.at(-1) === 'host';
  return {
    host: isFolder ? (place.socket ?? '') : place.host,
    port: place.port,
    default_port: server.port,
    database: place.database,
    socket: isFolder ? null : place.socket,
  };
};

/** URLs without a server behind them. */
export const nowhere = (server: Server): readonly DriverUrl[] =>
  serverUrls(server, {
    host: 'localhost',
    port: server.port,
    user: 'dbsync',
    password: '',
    database: 'dbsync',
    socket: null,
    query: new URLSearchParams(),
  });
