// Where a file is, from a URL: the forms that migration tools and the engine itself accept. Touches no file.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DbsyncError } from '../../errors/index.ts';
import { openSecret, Secret } from '../../target/index.ts';
import type { Address } from '../contract.ts';
import { NAME, printable } from './rules.ts';

/** A file's address; `relative` is the path as the URL had it, where it was relative. */
export interface SqliteAddress extends Address {
  readonly file: string;
  readonly root: string;
  readonly relative: string | null;
}

const invalid = (summary: string, why: string): DbsyncError =>
  new DbsyncError('URL_INVALID', {
    summary,
    why,
    next: ['Give the file, such as file:./dev.db (relative to the project) or file:/var/lib/app/app.db.'],
  });

const refuseForeign = (scheme: string): DbsyncError =>
  new DbsyncError('URL_PROVIDER_MISMATCH', {
    summary: `The URL begins with "${printable(scheme)}:", but the configuration says that the database is ${NAME}.`,
    why: 'A plan for one kind of database must never reach another.',
    next: ['Correct the database in dbsync.config.ts, or the variable that holds the URL.'],
  });

/** `sqlite:///x` is relative and `sqlite:////x` absolute (docs.sqlalchemy.org, engine URLs); `file:///x` is absolute (RFC 8089). */
const pathOf = (scheme: string, rest: string): string => {
  if (!rest.startsWith('//')) return rest;
  if (scheme === 'file') {
    const slash = rest.indexOf('/', 2);
    const host = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    if (host !== '' && host !== 'localhost') {
      throw invalid('The URL names a host.', 'A file can only be opened on this machine.');
    }
    try {
      return fileURLToPath(`file://${slash < 0 ? '/' : rest.slice(slash)}`);
    } catch {
      throw invalid('The URL holds a broken escape.', 'A path in a file:/// URL is percent-encoded.');
    }
  }
  if (!rest.startsWith('///')) {
    if (rest === '//') return ':memory:';
    throw invalid('The URL names a host.', 'Three slashes begin a relative path, four an absolute one.');
  }
  return rest.slice(3);
};

const isMemory = (file: string, parameters: URLSearchParams): boolean =>
  /^:memory:$|^file::memory:/i.test(file) || parameters.get('mode') === 'memory';

/** Parses a URL. Relative files are resolved from `root`. Throws URL_INVALID, URL_PROVIDER_MISMATCH. */
export const parseAddress = (url: Secret, root: string): SqliteAddress => {
  const value = openSecret(url).trim();
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    throw invalid('The URL has no scheme.', 'A bare path cannot be told from a broken URL.');
  }
  if (!/^(file|sqlite3?(\+\w+)?)$/.test(scheme)) throw refuseForeign(scheme);
  const [location = '', query = ''] = value.slice(scheme.length + 1).split(/\?(.*)/s);
  const stated = pathOf(scheme === 'file' ? 'file' : NAME, location);
  if (isMemory(stated, new URLSearchParams(query))) {
    throw invalid(
      'The URL names a database in memory.',
      'It would be gone with the process, and with it all that was done.',
    );
  }
  if (stated === '' || stated.endsWith('/') || stated.includes('\u0000')) {
    throw invalid('The URL names no file.', 'The engine would open a temporary database and forget it.');
  }
  return addressOf(path.resolve(root, stated), root, path.isAbsolute(stated) ? null : stated);
};

/** The address of a file that is already known. */
export const addressOf = (file: string, root: string, relative: string | null = null): SqliteAddress => ({
  dialect: NAME,
  display: printable(file),
  url: new Secret(`file:${file}`),
  secrets: [],
  file,
  root,
  relative,
});
