// The atomicity forecast against reality: every statement of several migrations is made to fail on a real engine, and what stays is
// what the forecast said, what the records say, and what the ledger says.
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Dialect, Session } from '../../lib/dialects/contract.ts';
import { dialect as mysql } from '../../lib/dialects/mysql/index.ts';
import { dialect as postgres } from '../../lib/dialects/postgres/index.ts';
import { dialect as sqlite } from '../../lib/dialects/sqlite/index.ts';
import { batchesOf, type ExecuteResult, execute, type PlannedBatch } from '../../lib/execute/index.ts';
import { forecastAtomicity } from '../../lib/plan/index.ts';
import { hashText } from '../../lib/schema/index.ts';
import type { Migration, Project } from '../../lib/sources/contract.ts';
import { ledgerWriter } from '../../lib/sources/prisma/ledger-writer.ts';
import { providerOfDialect } from '../../lib/sources/prisma/providers.ts';
import { Secret } from '../../lib/target/index.ts';
import { mariadbMissing, startMariadb, TIMEOUTS } from '../helpers/mariadb.ts';
import { startPostgres } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';
import { temporaryFolder } from '../helpers/sqlite-file.ts';

await postgres.prepare?.();

/** Each statement leaves a mark of its own: a table, a row, an index, a value. */
interface Case {
  readonly title: string;
  readonly migrations: readonly (readonly string[])[];
  /** Marks that the file itself takes back. */
  readonly takenBack?: readonly string[];
}

interface Engine {
  readonly dialect: Dialect;
  database(): Promise<string>;
  stop(): Promise<void>;
  /** Names of tables and indexes that are there. */
  readonly objects: string;
}

const table = (mark: string): string => `CREATE TABLE ${mark} (id int PRIMARY KEY)`;
const row = (mark: string): string => `INSERT INTO marks VALUES ('${mark}')`;

const COMMON: readonly Case[] = [
  { title: 'schema only', migrations: [[table('m1'), table('m2'), table('m3')]] },
  { title: 'schema and rows', migrations: [[table('m1'), row('m2'), row('m3'), table('m4'), row('m5')]] },
  {
    title: 'two migrations',
    migrations: [
      [table('m1'), row('m2')],
      [row('m3'), table('m4')],
    ],
  },
  { title: 'one statement', migrations: [[table('m1')]] },
  {
    title: "the file's own transaction",
    migrations: [[row('m1'), 'BEGIN', row('m2'), row('m3'), 'COMMIT', row('m4')]],
  },
];

const project = (dialect: Dialect, migrations: readonly Migration[]): Project => {
  const writer = ledgerWriter({ dialect, provider: providerOfDialect(dialect.name) });
  const never = (): never => {
    throw new Error('not asked here');
  };
  return {
    detection: {
      source: 'prisma',
      root: '/',
      evidence: [],
      schema: '',
      migrations: '',
      version: null,
      dialect: dialect.name,
    },
    title: 'a project',
    migrations,
    filesHash: hashText('files'),
    ledger: { objects: [], read: never, writer, toolLock: null },
    runner: null,
    notes: [],
    uncovered: never,
    push: never,
    verdict: never,
    close: async () => {},
  };
};

const migrationOf = (id: string, statements: readonly string[]): Migration => ({
  id,
  title: id,
  file: `${id}.sql`,
  checksum: hashText(id).slice(7),
  sql: `${statements.join(';\n')};\n`,
});

/** The same statement with its mark taken already, so that the engine refuses it. */
const plant = async (session: Session, sql: string): Promise<boolean> => {
  const made = /CREATE (?:UNIQUE )?(?:TABLE|INDEX(?: CONCURRENTLY)?) (\w+)/.exec(sql)?.[1];
  const added = /VALUES \('(\w+)'\)/.exec(sql)?.[1];
  if (made && sql.includes('INDEX')) await session.execute(`CREATE INDEX ${made} ON marks (mark)`);
  else if (made) await session.execute(`CREATE TABLE ${made} (planted int)`);
  else if (added) await session.execute(row(added));
  else return false;
  return true;
};

const marksIn = async (session: Session, objects: string): Promise<ReadonlySet<string>> => {
  const tables = await session.query(objects);
  const rows = await session.query('SELECT mark AS name FROM marks');
  return new Set([...tables, ...rows].map(({ name }) => String(name)).filter((name) => /^m\d$/.test(name)));
};

const markOf = (sql: string): string | null => /\bm\d\b/.exec(sql)?.[0] ?? null;

const run = (
  dialect: Dialect,
  session: Session,
  all: readonly Migration[],
  batches: readonly PlannedBatch[],
): Promise<ExecuteResult> =>
  execute({
    dialect,
    session,
    project: project(dialect, all),
    batches,
    ledger: true,
    hooks: {
      record: () => {},
      progress: () => {},
      now: () => new Date(),
      signal: new AbortController().signal,
    },
  });

const withDatabase = async <T>(
  engine: Engine,
  work: (open: () => Promise<Session>) => Promise<T>,
): Promise<T> => {
  const url = await engine.database();
  const sessions: Session[] = [];
  const open = async (): Promise<Session> => {
    const session = await engine.dialect.connect(engine.dialect.address(new Secret(url), '/'), {
      mode: 'write',
      timeouts: TIMEOUTS,
    });
    sessions.push(session);
    return session;
  };
  try {
    return await work(open);
  } finally {
    for (const session of sessions) await session.close();
  }
};

interface LedgerRow {
  readonly finished: boolean;
  readonly rolledBack: boolean;
}

const ledgerOf = async (dialect: Dialect, session: Session): Promise<ReadonlyMap<string, LedgerRow>> => {
  const rows = await session.query(`SELECT * FROM ${dialect.quote('_prisma_migrations')}`).catch(() => []);
  return new Map(
    rows.map((one) => [
      String(one.migration_name),
      { finished: one.finished_at !== null, rolledBack: one.rolled_back_at !== null },
    ]),
  );
};

const story = (title: string, start: () => Promise<Engine | null>, missing: string | null): void =>
  spec(`atomicity forecast: ${title}`, ({ test, skip, after }) => {
    if (missing !== null) return skip('everything', missing);
    let started: Promise<Engine | null> | null = null;
    const engineOf = async (): Promise<Engine> => {
      started ??= start();
      const engine = await started;
      if (!engine) throw new Error('no engine');
      return engine;
    };
    after(async () => await (await started)?.stop());

    const cases = [...COMMON, ...(EXTRA[title] ?? [])];
    for (const one of cases) {
      test(`${one.title}: a failure of each statement leaves what was foretold`, async () => {
        const engine = await engineOf();
        const { dialect } = engine;
        const all = one.migrations.map((statements, index) => migrationOf(`${index + 1}_case`, statements));
        const batches = all.flatMap((migration) => batchesOf(dialect, migration, TIMEOUTS));
        const steps = batches.flatMap((batch) => batch.steps);
        const forecast = forecastAtomicity(batches);
        assert.equal(
          forecast.failures.map(({ step }) => step),
          steps.map(({ id }) => id),
        );
        for (const [at, step] of steps.entries()) {
          await withDatabase(engine, async (open) => {
            const session = await open();
            await session.execute('CREATE TABLE marks (mark varchar(20) PRIMARY KEY)');
            if (!(await plant(session, step.sql))) return;
            const planted = markOf(step.sql);
            const result = await run(dialect, session, all, batches);
            const where = `${one.title}, ${step.sql}`;
            assert.is(result.failure?.step?.id, step.id, where);
            await session.close();
            const there = await marksIn(await open(), engine.objects);
            const told = forecast.failures[at];
            const stays = steps
              .filter(({ sql }) => markOf(sql) !== planted && there.has(markOf(sql) ?? ''))
              .map(({ id }) => id);
            if (told?.stays !== null)
              assert.equal(
                stays,
                steps
                  .slice(0, told?.stays)
                  .filter(({ sql }) => {
                    const mark = markOf(sql);
                    return mark !== null && !one.takenBack?.includes(mark);
                  })
                  .map(({ id }) => id),
                where,
              );
            const recorded = result.steps.filter(({ state }) => state === 'committed').map(({ id }) => id);
            assert.equal(
              recorded.filter((id) => markOf(steps.find((s) => s.id === id)?.sql ?? '')),
              stays,
              `${where}: the records`,
            );
            const ledger = await ledgerOf(dialect, await open());
            for (const migration of all) {
              const own = steps.filter((s) => s.migration === migration.id);
              const kept = own.filter(({ id }) =>
                told?.stays === null
                  ? stays.includes(id)
                  : steps.findIndex((s) => s.id === id) < (told?.stays ?? 0),
              ).length;
              const entry = ledger.get(migration.id);
              if (migration.id === step.migration) {
                if (kept === 0) assert.ok(!entry || entry.rolledBack, `${where}: nothing of it is there`);
                else
                  assert.equal(
                    entry,
                    { finished: false, rolledBack: false },
                    `${where}: a part of it is there`,
                  );
              } else if (migration.id < step.migration) assert.is(entry?.finished, true, where);
              else assert.is(entry, undefined, where);
            }
          });
        }
      });
    }
  });

const CONCURRENT = 'CREATE INDEX CONCURRENTLY m2 ON marks (mark)';

const EXTRA: Readonly<Record<string, readonly Case[]>> = {
  PostgreSQL: [
    {
      title: 'a statement that refuses a transaction',
      migrations: [[table('m1'), CONCURRENT, table('m3'), row('m4')]],
    },
    {
      title: 'a transaction that the file rolls back',
      migrations: [[row('m1'), 'BEGIN', row('m2'), row('m3'), 'ROLLBACK', row('m4')]],
      takenBack: ['m2', 'm3'],
    },
    {
      title: 'an enum value that is used',
      migrations: [
        ["CREATE TYPE e AS ENUM ('x')", table('m1')],
        ["ALTER TYPE e ADD VALUE 'used'", "CREATE TABLE m2 (e e DEFAULT 'used')", row('m3')],
      ],
    },
  ],
  MariaDB: [
    {
      title: 'schema within the file’s own transaction',
      migrations: [['START TRANSACTION', row('m1'), table('m2'), row('m3'), 'COMMIT', table('m4')]],
    },
  ],
  SQLite: [
    {
      title: 'a statement that refuses a transaction',
      migrations: [[table('m1'), 'VACUUM', table('m2'), row('m3')]],
    },
  ],
};

story(
  'PostgreSQL',
  async () => {
    await postgres.prepare?.();
    const server = await startPostgres();
    return (
      server && {
        dialect: postgres,
        database: () => server.createDatabase(),
        stop: () => server.stop(),
        objects: "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace",
      }
    );
  },
  null,
);
story(
  'MariaDB',
  async () => {
    const server = await startMariadb();
    return {
      dialect: mysql,
      database: async () => server.url(await server.database()),
      stop: () => server.stop(),
      objects: 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    };
  },
  mariadbMissing(),
);
story(
  'SQLite',
  async () => {
    const folder = await temporaryFolder();
    let count = 0;
    return {
      dialect: sqlite,
      database: async () => {
        count += 1;
        const url = `file:${path.join(folder, `${count}.db`)}`;
        await sqlite.create(sqlite.address(new Secret(url), '/'), TIMEOUTS);
        return url;
      },
      stop: async () => {},
      objects: 'SELECT name FROM sqlite_schema',
    };
  },
  null,
);
