// `npm run bench -- snapshot`: a snapshot as a whole process against the engine's own dump of the structure, on generated
// schemas of growing size; and the diff of two large snapshots. Private servers; prints, writes nothing that stays.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Session } from '../../lib/dialects/contract.ts';
import { connect as connectMysql } from '../../lib/dialects/mysql/connect.ts';
import { dialect as mysql } from '../../lib/dialects/mysql/index.ts';
import { findProgram } from '../../lib/dialects/mysql/shadow/binaries.ts';
import { programEnvironment } from '../../lib/dialects/postgres/programs.ts';
import { findClients } from '../../lib/dialects/postgres/shadow/binaries.ts';
import { diffSnapshots, patchSnapshot, type Snapshot } from '../../lib/schema/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { mariadbMissing, startMariadb, TIMEOUTS } from '../helpers/mariadb.ts';
import { addressOf, NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { mariadbCatalogue, postgresCatalogue, type Script } from './catalogues.ts';
import { build, column, environment, fixed, median, pairedRatio, say, sayMachine } from './measures.ts';
import { type Measured, measure, type Program } from './process-tree.ts';

const SIZES: readonly number[] = [10, 100, 1000, 5000];
const STATEMENTS_AT_ONCE = 200;

/** One engine: fills databases, and says how to read one with our program and with its own. */
interface Engine {
  readonly title: string;
  readonly dumper: string;
  /** Makes a database with so many tables. */
  fill(tables: number): Promise<string>;
  own(database: string, file?: string): Program;
  dump(database: string): Program;
  stop(): Promise<void>;
}

const child = path.join(import.meta.dirname, 'snapshot-child.mjs');

const ownProgram = (dialect: string, url: string, file?: string): Program => ({
  command: process.execPath,
  args: [child, dialect, ...(file === undefined ? [] : [file])],
  cwd: import.meta.dirname,
  env: { ...environment, BENCH_URL: url },
});

const run = async (session: Session, script: Script, joined: boolean): Promise<void> => {
  if (!joined) {
    for (const statement of script) await session.execute(statement);
    return;
  }
  for (let at = 0; at < script.length; at += STATEMENTS_AT_ONCE)
    await session.script(script.slice(at, at + STATEMENTS_AT_ONCE).join(';\n'));
};

const postgres = async (): Promise<Engine | string> => {
  const server = await startPostgres();
  if (!server) return NO_SERVER;
  const [client] = await findClients('pg_dump', server.major);
  if (!client) {
    await server.stop();
    return `no pg_dump for PostgreSQL ${server.major}`;
  }
  return {
    title: server.title,
    dumper: 'pg_dump --schema-only',
    fill: async (tables) => {
      const url = await server.createDatabase();
      await withSession(url, async (session) => {
        await run(session, postgresCatalogue(tables), true);
        await session.execute('ANALYZE');
      });
      return url;
    },
    own: (url, file) => ownProgram('postgres', url, file),
    dump: (url) => ({
      command: path.join(client.folder, 'pg_dump'),
      args: ['--schema-only', '--no-password', `--file=${os.devNull}`],
      cwd: os.tmpdir(),
      env: programEnvironment(addressOf(url)),
    }),
    stop: () => server.stop(),
  };
};

const mariadb = async (): Promise<Engine | string> => {
  const missing = mariadbMissing();
  if (missing !== null) return missing;
  const program = await findProgram(['mariadb-dump', 'mysqldump']);
  if (program === null) return 'neither mariadb-dump nor mysqldump here';
  const server = await startMariadb(['--innodb-buffer-pool-size=256M', '--table-definition-cache=8000']);
  return {
    title: 'MariaDB',
    dumper: `${path.basename(program)} --no-data`,
    fill: async (tables) => {
      const name = await server.database();
      const address = mysql.address(new Secret(server.url(name)), '/');
      const session = await connectMysql(address, { mode: 'write', timeouts: TIMEOUTS });
      await run(session, mariadbCatalogue(tables), false).finally(() => session.close());
      return name;
    },
    own: (name, file) => ownProgram('mysql', server.url(name), file),
    dump: (name) => ({
      command: program,
      args: [
        ...['--no-defaults', '--no-data', '--routines', '--events', '--skip-lock-tables', '--user=root'],
        ...[`--host=${server.host}`, `--port=${server.port}`, `--result-file=${os.devNull}`, name],
      ],
      cwd: os.tmpdir(),
      env: environment,
    }),
    stop: () => server.stop(),
  };
};

interface Pair {
  readonly own: readonly Measured[];
  readonly dump: readonly Measured[];
}

/** Both in turn, round after round; the first round only warms caches. */
const pairs = async (engine: Engine, database: string, runs: number): Promise<Pair> => {
  const own: Measured[] = [];
  const dump: Measured[] = [];
  for (let round = 0; round <= runs; round += 1) {
    const ours = await measure(engine.own(database));
    const theirs = await measure(engine.dump(database));
    if (round === 0) continue;
    own.push(ours);
    dump.push(theirs);
  }
  return { own, dump };
};

const HEAD = ['tables', 'snapshot s', 'dump s', 'ratio', 'snapshot MiB', 'dump MiB', 'ratio', 'growth'];

const row = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(13)).join('');

const line = (tables: number, pair: Pair, grown: number): string => {
  const wall = { own: column(pair.own, 'wallMs'), dump: column(pair.dump, 'wallMs') };
  const peak = { own: column(pair.own, 'peakMiB'), dump: column(pair.dump, 'peakMiB') };
  return row([
    String(tables),
    fixed(median(wall.own) / 1000, 2),
    fixed(median(wall.dump) / 1000, 2),
    fixed(pairedRatio(wall.own, wall.dump), 2),
    fixed(median(peak.own), 0),
    fixed(median(peak.dump), 0),
    fixed(pairedRatio(peak.own, peak.dump), 2),
    fixed(grown, 1),
  ]);
};

/** CPU seconds of the work, in this process. */
const cpuSeconds = (work: () => unknown): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

const read = (file: string): Snapshot => JSON.parse(readFileSync(file, 'utf8'));

/** Every hundredth table has one column less in the second. Both are read from a file, as a later phase has them. */
const benchDiff = async (engine: Engine, database: string, runs: number): Promise<void> => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-bench-'));
  const file = path.join(folder, 'snapshot.json');
  try {
    await measure(engine.own(database, file));
    const seconds: number[] = [];
    let changes = 0;
    for (let round = 0; round < runs; round += 1) {
      const from = read(file);
      const to = changed(read(file));
      seconds.push(
        cpuSeconds(() => {
          const diff = diffSnapshots(from, to);
          changes = diff.changes.length;
          patchSnapshot(from, diff);
        }),
      );
    }
    say(
      `  diff of two such snapshots with both fingerprints, and its patch: ${fixed(median(seconds), 2)} s CPU, ${changes} changes`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const changed = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  objects: snapshot.objects.map((object, index) =>
    index % 100 === 0 && object.kind === 'table'
      ? {
          ...object,
          attributes: { ...object.attributes, comment: 'changed' },
          children: object.children.slice(1),
        }
      : object,
  ),
});

const benchEngine = async (engine: Engine, runs: number): Promise<void> => {
  say(`${engine.title}, against ${engine.dumper}:`);
  say(row(HEAD));
  let last: { tables: number; wallMs: number } | null = null;
  let database = '';
  for (const tables of SIZES) {
    database = await engine.fill(tables);
    const pair = await pairs(engine, database, runs);
    const wallMs = median(column(pair.own, 'wallMs'));
    say(line(tables, pair, last ? wallMs / last.wallMs : Number.NaN));
    last = { tables, wallMs };
  }
  await benchDiff(engine, database, runs);
  say();
};

/** Runs the whole benchmark. */
export const benchSnapshot = async (runs: number): Promise<void> => {
  build();
  sayMachine();
  say(`Generated schemas; medians of ${runs} rounds after a warm-up; growth: times the size before.`);
  say();
  for (const start of [postgres, mariadb]) {
    const engine = await start();
    if (typeof engine === 'string') {
      say(`SKIPPED: ${engine}`);
      continue;
    }
    await benchEngine(engine, runs).finally(() => engine.stop());
  }
};
