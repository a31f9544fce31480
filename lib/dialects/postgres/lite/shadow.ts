// The last resort: a shadow database in PGlite, where no server can be had. PostgreSQL's own code, but one session, one version and
// one locale; says all of it. Knows no target but by the request.
import { randomBytes } from 'node:crypto';
import { DbsyncError, messageOf } from '../../../errors/index.ts';
import { Secret } from '../../../target/index.ts';
import type { Shadow, ShadowRequest } from '../../contract.ts';
import {
  otherAddress,
  type PostgresAddress,
  parseAddress,
  postgresAddress,
  withLikeness,
} from '../address.ts';
import { quote } from '../quote.ts';
import { mirrorLogin } from '../shadow/mirror.ts';
import { roleOf, SUPERUSER, withSession } from '../shadow/own.ts';
import type { Fill } from '../shadow/scratch.ts';
import { DATABASE, type Door, openDoor } from './door.ts';
import {
  type Engine,
  findPackage,
  KNOWN,
  type Limits,
  PACKAGE,
  type Package,
  startEngine,
} from './engine.ts';

/** The superuser that PGlite brings. */
const USER = 'postgres';

/** How to get it. */
export const INSTALL = `$ npm install --save-dev ${PACKAGE}`;

/** Where the configuration sets no limit for statements. */
const LONGEST_MS = 600_000;

const limitsOf = ({ timeouts }: ShadowRequest): Limits => ({
  startMs: 120_000,
  answerMs: timeouts.statementMs > 0 ? timeouts.statementMs : LONGEST_MS,
  bytes: 3 * 2 ** 30,
});

/** A data folder as PGlite's own initdb made it: the second shadow of a run begins with it in a third of the time. */
const images = new Map<string, ArrayBuffer>();

/** Forgets what is kept from one shadow to the next. */
export const forgetImages = (): void => images.clear();

const OFFERED = 'SELECT name, default_version AS version FROM pg_catalog.pg_available_extensions';

/** What CREATE EXTENSION would make on the target, so that it makes the same here or fails for want of it; null: not known. */
const offeredVersions = async ({ target }: ShadowRequest): Promise<ReadonlyMap<string, string> | null> =>
  target && new Map((await target.query(OFFERED)).map((row) => [String(row.name), String(row.version)]));

const start = async (found: Package, request: ShadowRequest): Promise<Engine> => {
  const image = images.get(found.entry) ?? null;
  const versions = await offeredVersions(request);
  const engine = await startEngine({ found, limits: limitsOf(request), image, versions });
  if (image) return engine;
  try {
    images.set(found.entry, await engine.image());
    return engine;
  } catch (error) {
    await engine.stop('it gave no image');
    throw error;
  }
};

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const PLAIN = /^(C|POSIX|ucs_basic)$/;

const localeCaveats = ({ identity }: ShadowRequest): readonly string[] => {
  if (identity === null) return [];
  const [encoding, collation] = [text(identity.facts.encoding), text(identity.facts.collation)];
  return [
    ...(collation === null || PLAIN.test(collation)
      ? []
      : [`text is sorted and compared as in locale C, the target uses ${collation}`]),
    ...(encoding === null || encoding === 'UTF8'
      ? []
      : [`text is stored as UTF8, the target uses ${encoding}`]),
  ];
};

const versionCaveats = (request: ShadowRequest, version: string): readonly string[] => {
  const { identity } = request;
  if (identity === null || identity.versionNumbers[0] === Number.parseInt(version, 10)) return [];
  return [
    `the target runs PostgreSQL ${identity.version}, the shadow ${version}: what only one of them accepts, or does in its own way, was not measured`,
  ];
};

const extensionCaveats = ({ target }: ShadowRequest): readonly string[] =>
  target ? [] : ['which extensions the target offers, and in which versions, is not known'];

const ALWAYS: readonly string[] = [
  'PGlite has one session: that a statement waits for others, or makes them wait, was not measured there',
  'a limit of time that a migration sets itself (statement_timeout, lock_timeout) has no effect there and was not measured',
  SUPERUSER,
];

const VERSION = `SELECT pg_catalog.current_setting('server_version') AS version`;

interface Furnished {
  readonly address: PostgresAddress;
  readonly version: string;
  readonly caveats: readonly string[];
}

/** The target's roles and its login's name, and what the database shall hold. */
const furnish = async (door: Door, request: ShadowRequest, fill: Fill): Promise<Furnished> => {
  const like = postgresAddress(request.address);
  const own = { user: USER, password: randomBytes(24).toString('base64url') };
  door.admit(own.user, own.password);
  const place = { port: door.port, database: DATABASE };
  const admin = parseAddress(
    new Secret(`postgresql://${own.user}:${own.password}@127.0.0.1:${door.port}/${DATABASE}?sslmode=disable`),
    '/',
  );
  const { login, version } = await withSession(admin, request, async (session) => {
    const made = await mirrorLogin(request.target, session, { user: roleOf(request, like), own });
    if (made.user !== own.user)
      await session.execute(`ALTER DATABASE ${quote(DATABASE)} OWNER TO ${quote(made.user)}`);
    const [row] = await session.query(VERSION);
    return { login: made, version: String(row?.version) };
  });
  door.admit(login.user, login.password);
  const address = otherAddress(like, { ...place, user: login.user, password: login.password });
  const { caveats, likeness } = await fill(address, request);
  return { address: withLikeness(address, likeness), version, caveats };
};

const failed = (error: unknown): DbsyncError =>
  new DbsyncError('SHADOW_UNAVAILABLE', {
    summary: 'PGlite could not be made a shadow database.',
    why: messageOf(error).split('\n').slice(0, 3).join(' ').slice(0, 500),
    next: [
      'Install PostgreSQL (only its programs are used, nothing is left running), or bring PGlite to the version that dbsync knows:',
      `${INSTALL}@^0.5.16`,
      'Or offer a database with shadowUrl.',
    ],
    cause: error,
  });

/** A shadow in PGlite; null where the package is not installed. Throws SHADOW_UNAVAILABLE. */
export const liteShadow = async (request: ShadowRequest, fill: Fill): Promise<Shadow | null> => {
  const found = findPackage(request.root);
  if (!found) return null;
  if (!KNOWN.test(found.version ?? ''))
    throw failed(new Error(`Its version ${found.version ?? ''} is not one that dbsync knows.`));
  let engine: Engine | null = null;
  let door: Door | null = null;
  let dropped: Promise<void> | null = null;
  const drop = (): Promise<void> => {
    dropped ??= (async () => {
      await door?.close();
      await engine?.stop('PGlite was ended: its shadow database was dropped');
    })();
    return dropped;
  };
  try {
    engine = await start(found, request);
    door = await openDoor(engine);
    const { address, version, caveats } = await furnish(door, request, fill);
    return {
      address,
      description: `PGlite (PostgreSQL ${version} in WebAssembly, one session)`,
      holdsData: false,
      caveats: [
        ...versionCaveats(request, version),
        ...localeCaveats(request),
        ...extensionCaveats(request),
        ...caveats,
        ...ALWAYS,
      ],
      drop,
    };
  } catch (error) {
    await drop();
    if (error instanceof DbsyncError) throw error;
    throw failed(error);
  }
};
