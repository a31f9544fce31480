// The text of a PostgreSQL URL taken apart, passwords with any character included. Knows no defaults and no driver.

/** The raw parts of a URL; user, password and database are percent-decoded. */
export interface UrlParts {
  readonly scheme: string;
  readonly user: string | null;
  readonly password: string | null;
  /** As written: a name, an address in brackets, an encoded socket folder, or a list. */
  readonly host: string;
  readonly port: string | null;
  readonly database: string | null;
  readonly params: ReadonlyMap<string, string>;
}

/** Decodes `%xx`, and leaves a `%` that encodes nothing as it is: raw passwords hold such characters. */
export const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run;
      }
    });
  }
};

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

/** `host`, `host:port`, `[::1]:port`, a comma list of them, or nothing. */
const HOSTS = /^(?:(?:\[[^\]]*\]|[^\s@/?#:[\]]*)(?::\d*)?)$/;

interface Cut {
  readonly userInfo: string | null;
  readonly rest: string;
}

/**
 * Where the user ends and the server begins. A password may hold `@`, `/`, `?` and `#` unencoded, which a strict reader
 * takes for the end of the server's name; so the strict reading is used only where it leaves no `@` behind in the path.
 */
const cutUserInfo = (text: string): Cut => {
  const end = text.search(/[/?#]/);
  const authority = end < 0 ? text : text.slice(0, end);
  const at = authority.lastIndexOf('@');
  const [pathOnly = ''] = text.slice(authority.length).split('?');
  const server = at < 0 ? authority : authority.slice(at + 1);
  const swallowed = text.slice(authority.length).includes('@') && at < 0 && authority.includes(':');
  if (
    HOSTS.test(server.replaceAll(/,(?=.)/g, '')) &&
    !pathOnly.includes('@') &&
    !(swallowed && text[end] !== '/')
  ) {
    return at < 0
      ? { userInfo: null, rest: text }
      : { userInfo: authority.slice(0, at), rest: text.slice(at + 1) };
  }
  const last = text.lastIndexOf('@');
  return last < 0
    ? { userInfo: null, rest: text }
    : { userInfo: text.slice(0, last), rest: text.slice(last + 1) };
};

const parseParams = (query: string): Map<string, string> => {
  const params = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decodePercent(at < 0 ? pair : pair.slice(0, at));
    params.set(name, at < 0 ? '' : decodePercent(pair.slice(at + 1)));
  }
  return params;
};

const parseUser = (userInfo: string | null): Pick<UrlParts, 'user' | 'password'> => {
  if (userInfo === null || userInfo === '') return { user: null, password: null };
  const colon = userInfo.indexOf(':');
  if (colon < 0) return { user: decodePercent(userInfo), password: null };
  return {
    user: decodePercent(userInfo.slice(0, colon)) || null,
    password: decodePercent(userInfo.slice(colon + 1)),
  };
};

const parseServer = (server: string): Pick<UrlParts, 'host' | 'port'> | null => {
  const match = /^(\[[^\]]*\]|[^\s:[\]]*)(?::(\d*))?$/.exec(server);
  if (!match) return null;
  return { host: match[1] ?? '', port: match[2] ? match[2] : null };
};

/** Takes a URL apart; null where it is none. A list of servers is left in `host` as it stands. */
export const parseUrl = (text: string): UrlParts | null => {
  const scheme = SCHEME.exec(text.trim());
  if (!scheme) return null;
  const { userInfo, rest } = cutUserInfo(text.trim().slice(scheme[0].length));
  const [, server = '', path = '', query = ''] = /^([^/?]*)(?:\/([^?]*))?(?:\?([\s\S]*))?$/.exec(rest) ?? [];
  const parsed = server.includes(',') ? { host: server, port: null } : parseServer(server);
  if (!parsed) return null;
  return {
    scheme: (scheme[1] ?? '').toLowerCase(),
    ...parseUser(userInfo),
    ...parsed,
    database: path === '' ? null : decodePercent(path),
    params: parseParams(query.split('#')[0] ?? ''),
  };
};

/** Everything a canonical URL is written from. */
export interface UrlFields {
  readonly scheme: string;
  readonly user: string;
  readonly password: string | null;
  readonly host: string;
  readonly socket: boolean;
  readonly port: number;
  readonly database: string;
  readonly params: ReadonlyMap<string, string>;
}

/** Parameters that repeat what stands before the question mark. */
const PLACE_PARAMS: ReadonlySet<string> = new Set(['host', 'port', 'user', 'password', 'dbname']);

/** The URL with everything percent-encoded, as every tool reads it; a socket folder is given as `host=`. */
export const buildUrl = (fields: UrlFields): string => {
  const kept = [...fields.params].filter(([name]) => !PLACE_PARAMS.has(name));
  const params: readonly (readonly [string, string])[] = fields.socket
    ? [...kept, ['host', fields.host]]
    : kept;
  const query = params
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  const login =
    fields.password === null
      ? encodeURIComponent(fields.user)
      : `${encodeURIComponent(fields.user)}:${encodeURIComponent(fields.password)}`;
  const host = fields.socket ? 'localhost' : fields.host.includes(':') ? `[${fields.host}]` : fields.host;
  const place = `${login}@${host}:${fields.port}/${encodeURIComponent(fields.database)}`;
  return `${fields.scheme}://${place}${query && `?${query}`}`;
};
