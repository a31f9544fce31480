// Whatever makes two PostgreSQL schemas differ makes their fingerprints differ, and nothing else does.
import * as assert from 'uvu/assert';
import {
  inLikeness,
  likenessOf,
  readServer,
  type ServerFacts,
} from '../../lib/dialects/postgres/inspect/likeness.ts';
import { inspect } from '../../lib/dialects/postgres/inspect.ts';
import { programEnvironment, runProgram } from '../../lib/dialects/postgres/programs.ts';
import { findClients } from '../../lib/dialects/postgres/shadow/binaries.ts';
import { loadStructure } from '../../lib/dialects/postgres/shadow/copy.ts';
import {
  describeChange,
  diffSnapshots,
  fingerprint,
  patchSnapshot,
  type Snapshot,
  snapshotOf,
} from '../../lib/schema/index.ts';
import { SHARED_ROLES, SNAPSHOT_CASES, type SnapshotCase } from '../cases/postgres-snapshot.ts';
import {
  addressOf,
  NO_SERVER,
  startEveryPostgres,
  type TestServer,
  withSession,
} from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const NOTHING = { ignore: [] };
const servers = await startEveryPostgres();

const dumpers = new Map(
  await Promise.all(
    servers.map(async ({ major }) => [major, (await findClients('pg_dump', major))[0]] as const),
  ),
);
const knownBases = new Map<string, string>();

/** What pg_dump says, without what differs from run to run; null where there is no pg_dump for this server. */
const dump = async (server: TestServer, url: string): Promise<string | null> => {
  const binaries = dumpers.get(server.major);
  if (!binaries) return null;
  const environment = programEnvironment(addressOf(url));
  const outcome = await runProgram({
    binaries,
    program: 'pg_dump',
    args: ['-s', '-w'],
    environment,
    timeoutMs: 30_000,
  });
  assert.is(outcome.code, 0, outcome.stderr);
  return outcome.stdout.replaceAll(/^\\(un)?restrict .*$/gm, '');
};

/** Many cases begin alike, and dumping is what takes the time. */
const dumpBase = async (server: TestServer, url: string, base: string): Promise<string | null> => {
  const key = `${server.major} ${base}`;
  const text = knownBases.get(key) ?? (await dump(server, url));
  if (text !== null) knownBases.set(key, text);
  return text;
};

const sameAfterRestore = async (server: TestServer, after: Snapshot, text: string): Promise<void> => {
  const copyUrl = await server.createDatabase();
  await withSession(copyUrl, async (copy) => {
    await loadStructure(text, copy);
    const { changes } = diffSnapshots(after, await inspect(copy, NOTHING));
    assert.equal(changes.map(describeChange), [], 'dump and restore must not change the snapshot');
  });
};

/** What each server made of each case. */
const reached = new Map<TestServer, Map<string, Snapshot>>();

const remember = (server: TestServer, { name }: SnapshotCase, snapshot: Snapshot): void => {
  const known = reached.get(server) ?? new Map<string, Snapshot>();
  reached.set(server, known.set(name, snapshot));
};

const check = async (server: TestServer, item: SnapshotCase): Promise<void> => {
  const url = await server.createDatabase();
  await withSession(url, async (session) => {
    if (item.base !== '') await session.script(item.base);
    const before = await inspect(session, NOTHING);
    const dumpBefore = item.notDumped ? null : await dumpBase(server, url, item.base);
    await session.script(item.change);
    const after = await inspect(session, NOTHING);
    remember(server, item, after);
    assert.is.not(fingerprint(before), fingerprint(after), 'the fingerprint must change');
    const difference = diffSnapshots(before, after);
    assert.ok(difference.changes.length > 0, 'the diff must show it');
    assert.is(
      fingerprint(patchSnapshot(before, difference)),
      fingerprint(after),
      'the diff must be complete',
    );
    if (dumpBefore === null) return;
    const dumpAfter = await dump(server, url);
    assert.is.not(dumpBefore, dumpAfter, 'pg_dump must see a difference, or the case is none');
    if (dumpAfter !== null && !item.notRestored) await sameAfterRestore(server, after, dumpAfter);
  });
};

/** Roles belong to the whole server, and two cases must not make the same one at the same time. */
const prepare = async (server: TestServer): Promise<void> =>
  withSession(server.url, (session) => session.script(SHARED_ROLES));

interface Outcome {
  readonly title: string;
  readonly result: Promise<unknown>;
}

/** Cases that are under way at once: a server works on one while another waits for a program or for the server. */
const AT_ONCE = 4;

/** Starts every case, each in a database of its own; what fails is kept for its test. */
const startCases = (): readonly Outcome[] => {
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  const ready = Promise.all(servers.map(prepare));
  const suits = (server: TestServer, item: SnapshotCase): boolean =>
    item.since === undefined || server.major >= item.since;
  return servers
    .flatMap((server) =>
      SNAPSHOT_CASES.filter((item) => suits(server, item)).map((item) => ({ server, item })),
    )
    .map(({ server, item }, index) => {
      const lane = index % AT_ONCE;
      const done = Promise.all([ready, lanes[lane]]).then(() => check(server, item));
      // The lane goes on whatever came of it; the test is where it is told.
      const result = done.then(
        () => null,
        (error: unknown) => error,
      );
      lanes[lane] = result;
      return { title: `${server.title}: ${item.name}`, result };
    });
};

const factsOf = (server: TestServer): Promise<ServerFacts> => withSession(server.url, readServer);

const pairs = servers.flatMap((shadow) =>
  servers.filter((target) => target !== shadow).map((target) => ({ shadow, target })),
);

spec('postgres snapshot', ({ test, skip, after }) => {
  after(async () => {
    for (const server of servers) await server.stop();
  });
  if (servers.length === 0) skip('every case', NO_SERVER);
  for (const { title, result } of startCases()) {
    test(title, async () => {
      const error = await result;
      if (error !== null) throw error;
    });
  }
  for (const { shadow, target } of pairs) {
    test(`${shadow.title} in the likeness of ${target.title}: every case is the same`, async () => {
      const likeness = likenessOf(await factsOf(shadow), await factsOf(target));
      assert.ok(likeness);
      const differences = [...(reached.get(target) ?? [])].flatMap(([name, wanted]) => {
        const found = reached.get(shadow)?.get(name);
        if (!found) return [];
        const read = snapshotOf('postgres', inLikeness(found.objects, likeness));
        return diffSnapshots(wanted, read).changes.map((change) => `${name}: ${describeChange(change)}`);
      });
      assert.equal(differences, []);
    });
  }
});
