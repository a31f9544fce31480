// Locks, rewrites and structure as whole runs show them on three engines: in the plan, in the rehearsal, in the documents, and whatever
// the text of a statement hides.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import * as assert from 'uvu/assert';
import type { Plan } from '../../lib/plan/index.ts';
import type { Rehearsal } from '../../lib/rehearse/model.ts';
import { fillMysql, fillPostgres, fillSqlite } from '../helpers/bookshop-data.ts';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, serversAtHand, startPostgres } from '../helpers/postgres.ts';
import { copyProject, type ProjectCopy, type ProjectName } from '../helpers/project.ts';
import { artifact, databaseOf, folderOf, run, type Scene, writeSqliteConfig } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

interface Stage {
  readonly project: ProjectCopy;
  readonly scene: Scene;
}

/** The bookshop with everything applied and rows in it, on an engine of its own. */
interface Engine {
  readonly fixture: ProjectName;
  /** Makes a database and the configuration that names it. */
  prepare(project: ProjectCopy): Promise<Scene>;
  fill(project: ProjectCopy, scene: Scene): Promise<void>;
  stop(): Promise<void>;
}

const config = (dialect: string): string =>
  `export default { source: 'prisma', environments: { dev: { database: '${dialect}', urlVariable: 'SHOP_URL', protected: false } } };\n`;

const urlOf = (scene: Scene): string => scene.environment?.SHOP_URL ?? '';

const postgres = async (): Promise<Engine> => {
  const server = await startPostgres();
  if (!server) throw new Error(NO_SERVER);
  return {
    fixture: 'bookshop-postgres',
    prepare: async (project) => {
      await project.writeConfig(config('postgres'));
      return { environment: { SHOP_URL: await server.createDatabase() } };
    },
    fill: async (_project, scene) => {
      const client = new pg.Client({ connectionString: urlOf(scene) });
      await client.connect();
      await fillPostgres(client);
      await client.query('ANALYZE');
      await client.end();
    },
    stop: () => server.stop(),
  };
};

const mariadb = async (): Promise<Engine> => {
  const server = await startMariadb();
  return {
    fixture: 'bookshop-mysql',
    prepare: async (project) => {
      await project.writeConfig(config('mysql'));
      return { environment: { SHOP_URL: server.url(await server.database()) } };
    },
    fill: async (_project, scene) => {
      const connection = await mysql.createConnection({ uri: urlOf(scene), multipleStatements: true });
      await fillMysql(connection);
      await connection.end();
    },
    stop: () => server.stop(),
  };
};

const sqlite = async (): Promise<Engine> => ({
  fixture: 'bookshop',
  prepare: async (project) => {
    await writeSqliteConfig(project);
    return {};
  },
  fill: async (project) => void fillSqlite(databaseOf(project)),
  stop: async () => {},
});

const planIn = (folder: string): Plan => artifact(folder, 'plan.json') as unknown as Plan;

const accepted = (plan: Plan): { code: string; reason: string }[] =>
  [...new Set(plan.decisions.filter((one) => one.decision === 'open').map((one) => one.code))].map(
    (code) => ({
      code,
      reason: 'accepted by the test',
    }),
  );

const applied = async (engine: Engine): Promise<Stage> => {
  const project = await copyProject(engine.fixture);
  const scene = await engine.prepare(project);
  const plan = planIn(folderOf(await run(project.root, 'plan', {}, scene)));
  await run(project.root, 'sync', { confirm: 'dev', backup: 'none', accept: accepted(plan) }, scene);
  await engine.fill(project, scene);
  return { project, scene };
};

const ID = '20260301000000_more';

interface Seen {
  readonly plan: Plan;
  readonly rehearsal: Rehearsal;
  readonly planned: string;
  readonly rehearsed: string;
}

/** Plans and rehearses one more migration. */
const seen = async ({ project, scene }: Stage, sql: string): Promise<Seen> => {
  await project.addMigration(ID, sql);
  const folder = folderOf(await run(project.root, 'plan', {}, scene));
  const document = (): string => readFileSync(path.join(folder, '02-migration-plan.md'), 'utf8');
  const planned = document();
  await run(project.root, 'rehearse', {}, scene);
  const rehearsal = artifact(folder, 'rehearsal.json') as unknown as Rehearsal;
  await project.removeMigration(ID);
  return { plan: planIn(folder), rehearsal, planned, rehearsed: document() };
};

const effectsOf = (steps: readonly Pick<Plan['batches'][number]['steps'][number], 'effects'>[]): string[] =>
  steps.map(({ effects = [] }) =>
    effects
      .map(({ name, lock, work, basis }) => `${name}: ${lock} ${work} ${basis}`)
      .sort()
      .join('; '),
  );

const stepsOf = (plan: Plan): Plan['batches'][number]['steps'] =>
  plan.batches.flatMap((batch) => batch.steps);

const locksOf = (locks: Plan['locks']): string[] =>
  locks.map(
    ({ table, blocks, step, until }) =>
      `${table?.name ?? '*'} ${blocks} ${step?.split('#')[1] ?? 'run'} ${until}`,
  );

const hazardsOf = (plan: Plan): string[] => plan.hazards.map(({ code, subject }) => `${code} ${subject}`);

const story = (title: string, missing: string | null, start: () => Promise<Engine>, tests: Tests): void =>
  spec(`effects: ${title}`, ({ test, skip, before, after }) => {
    if (missing !== null) return skip('everything', missing);
    let engine: Engine | null = null;
    let stage: Stage | null = null;
    before(async () => {
      engine = await start();
      stage = await applied(engine);
    });
    after(async () => {
      await stage?.project.remove();
      await engine?.stop();
    });
    for (const [name, body] of Object.entries(tests))
      test(name, async () => {
        if (!stage) throw new Error('the project was not prepared');
        await body(stage);
      });
  });

type Tests = Readonly<Record<string, (stage: Stage) => Promise<void>>>;

const hasPostgres = (await serversAtHand()).length > 0 || Boolean(process.env.DBSYNC_TEST_POSTGRES_URL);

story('PostgreSQL', hasPostgres ? null : NO_SERVER, postgres, {
  'the plan and the rehearsal hold what each statement did, and the documents say it': async (stage) => {
    const { plan, rehearsal, planned, rehearsed } = await seen(
      stage,
      `ALTER TABLE "Book" ADD COLUMN "plain" INTEGER;
ALTER TABLE "Order" ALTER COLUMN "customerId" TYPE BIGINT;
DO $$ BEGIN ALTER TABLE "Author" ADD COLUMN "n" serial; END $$;
CREATE INDEX CONCURRENTLY "more_city" ON "Publisher" ("city");
ALTER TABLE "Book" ADD CONSTRAINT "dear" CHECK (price > -1);`,
    );
    const expected = [
      'Book: ACCESS EXCLUSIVE none measured',
      // The foreign key to the customers is made anew with the column's type.
      'Customer: ACCESS EXCLUSIVE scan measured; Order: ACCESS EXCLUSIVE rewrite measured',
      'Author: ACCESS EXCLUSIVE rewrite measured',
      'Publisher: SHARE UPDATE EXCLUSIVE index known',
      'Book: ACCESS EXCLUSIVE scan measured',
    ];
    const relevant = effectsOf(stepsOf(plan)).map((line) =>
      line.replace(/(?<=Customer: ACCESS EXCLUSIVE )\w+/, 'scan'),
    );
    assert.equal(relevant, expected);
    assert.equal(
      effectsOf(rehearsal.steps).map((line) => line.replace(/(?<=Customer: ACCESS EXCLUSIVE )\w+/, 'scan')),
      expected,
    );
    const locks = [
      'Book all 1 transaction',
      'Order all 2 transaction',
      'Customer all 2 transaction',
      'Author all 3 transaction',
      'Publisher schema 4 statement',
    ];
    assert.equal(locksOf(plan.locks).sort(), [...locks].sort());
    assert.equal(locksOf(rehearsal.locks).sort(), [...locks].sort());
    for (const document of [planned, rehearsed]) {
      assert.ok(
        document.includes('| `public.Book` | reads and writes | 1\\. ALTER TABLE | ACCESS EXCLUSIVE |'),
      );
      assert.ok(
        document.includes('| `public.Publisher` | other schema changes | 4\\. CREATE INDEX CONCURRENTLY |'),
      );
      assert.ok(document.includes('to the end of its transaction (3 statements)'));
      assert.ok(document.includes('rewrites public.Author'));
    }
    // A block that cannot be read is caught by what it does.
    assert.ok(hazardsOf(plan).includes('x-measured-work table public.Author'));
    assert.ok(hazardsOf(plan).some((line) => line.startsWith('x-dynamic-sql')));
    assert.not.ok(hazardsOf(plan).some((line) => line.startsWith('x-measured-work table public.Order')));
  },

  'a change of type that writes nothing anew raises nothing': async (stage) => {
    const { plan } = await seen(
      stage,
      `ALTER TABLE "Publisher" ADD CONSTRAINT "named" CHECK (name IS NOT NULL) NOT VALID;
-- a type of the same storage
ALTER TABLE "Publisher" ALTER COLUMN "city" TYPE VARCHAR;`,
    );
    assert.equal(effectsOf(stepsOf(plan)), [
      'Publisher: ACCESS EXCLUSIVE none measured',
      'Publisher: ACCESS EXCLUSIVE none known',
    ]);
    assert.not.ok(hazardsOf(plan).some((line) => line.startsWith('x-measured')));
  },

  'what a DO block drops is reported as if it stood in the text': async (stage) => {
    const { plan } = await seen(
      stage,
      `DO $$ BEGIN EXECUTE 'ALTER TABLE "Book" DROP ' || 'COLUMN "summary"'; EXECUTE 'DROP TABLE "Review" CASCADE'; END $$;`,
    );
    const destructive = plan.hazards.filter(({ severity }) => severity === 'destructive');
    assert.ok(
      destructive.some(({ subject }) => subject === 'column public.Book.summary'),
      hazardsOf(plan).join('\n'),
    );
    assert.ok(
      destructive.some(({ subject }) => subject === 'table public.Review'),
      hazardsOf(plan).join('\n'),
    );
    assert.ok(plan.backupRequired);
  },

  'the estimate is the size at the measured rate, and longer the earlier the lock is taken': async (
    stage,
  ) => {
    const client = new pg.Client({ connectionString: urlOf(stage.scene) });
    await client.connect();
    await client.query(
      `INSERT INTO "Author" (name) SELECT repeat('x', 200) || g FROM generate_series(1, 120000) g; ANALYZE "Author"`,
    );
    await client.end();
    const { plan, rehearsal, planned, rehearsed } = await seen(
      stage,
      `ALTER TABLE "Book" ADD COLUMN "plain" INTEGER;
ALTER TABLE "Author" ADD COLUMN "n" serial;`,
    );
    const { pace } = plan;
    assert.is(pace.because, null);
    assert.equal([pace.read?.namespace, pace.read?.name], ['public', 'Author']);
    assert.match(pace.trial ?? '', /PostgreSQL/);
    for (const document of [planned, rehearsed]) {
      assert.match(document, /The rates are measured: \d+ MB\/s for reading, /);
      assert.match(document, /MB of public\.Author were read on the target/);
    }
    const bytes = plan.tables.find(({ name }) => name === 'Author')?.bytes ?? 0;
    assert.ok(bytes > 20_000_000);
    const held = new Map(plan.locks.map((lock) => [lock.table?.name, lock.heldMs]));
    assert.is(held.get('Author'), (bytes / pace.rates.rewrite) * 1000);
    assert.is(held.get('Book'), held.get('Author'));
    assert.equal(
      rehearsal.locks.map((lock) => [lock.table?.name, lock.heldMs]),
      plan.locks.map((lock) => [lock.table?.name, lock.heldMs]),
      'the rehearsal has no rows and says the same',
    );
  },
});

story('MariaDB', mariadbMissing(), mariadb, {
  'the plan says by which algorithm, and hazards follow the server’s answer': async (stage) => {
    const { plan, rehearsal, planned } = await seen(
      stage,
      `ALTER TABLE \`Book\` ADD COLUMN \`plain\` INTEGER;
ALTER TABLE \`Author\` MODIFY \`name\` VARCHAR(150) NOT NULL;
CREATE INDEX \`ix\` ON \`Customer\` (\`name\`(10));
DROP INDEX \`ix\` ON \`Customer\`;
ALTER TABLE \`Publisher\` ADD COLUMN \`more\` INTEGER, ALGORITHM=INSTANT;`,
    );
    const expected = [
      'Book: ALGORITHM=INSTANT none measured',
      'Author: ALGORITHM=COPY, LOCK=SHARED rewrite measured',
      'Customer: ALGORITHM=NOCOPY, LOCK=NONE index measured',
      'Customer: ALGORITHM=NOCOPY, LOCK=NONE none measured',
      'Publisher: ALGORITHM=INSTANT none known',
    ];
    assert.equal(effectsOf(stepsOf(plan)), expected);
    assert.equal(effectsOf(rehearsal.steps), expected);
    assert.equal(locksOf(plan.locks), [
      'Author writes 2 statement',
      'Customer schema 3 statement',
      'Book schema 1 statement',
      'Publisher schema 5 statement',
    ]);
    assert.match(plan.locks[0]?.because ?? '', /Cannot change column type/);
    assert.ok(planned.includes('| `Author` | writes | 2\\. ALTER TABLE | ALGORITHM=COPY, LOCK=SHARED |'));
    const hazards = hazardsOf(plan);
    assert.ok(hazards.includes('x-measured-work table Author'), hazards.join('\n'));
    assert.ok(hazards.includes('my-algorithm-lock-missing table Author'), 'a copy is what it warns of');
    assert.not.ok(
      hazards.includes('my-algorithm-lock-missing table Book'),
      'an instant change needs no such advice',
    );
  },

  'what a prepared statement drops is reported as if it stood in the text': async (stage) => {
    const { plan } = await seen(
      stage,
      `SET @text = CONCAT('ALTER TABLE \`Book\` DROP ', 'COLUMN \`summary\`');
PREPARE work FROM @text;
EXECUTE work;
DEALLOCATE PREPARE work;`,
    );
    assert.ok(
      plan.hazards.some((one) => one.severity === 'destructive' && one.subject === 'column Book.summary'),
      hazardsOf(plan).join('\n'),
    );
    assert.ok(plan.hazards.some(({ code }) => code === 'x-dynamic-sql'));
  },
});

story('SQLite', null, sqlite, {
  'one lock for the whole database and the whole run; its time is the rehearsal’s, which has the rows':
    async (stage) => {
      const { plan, rehearsal, planned, rehearsed } = await seen(
        stage,
        `ALTER TABLE "Book" ADD COLUMN "plain" INTEGER;
CREATE INDEX "more_plain" ON "Book" ("plain");
UPDATE "Book" SET "plain" = 1 WHERE "id" > 0;`,
      );
      assert.equal(locksOf(plan.locks), ['* all run run']);
      assert.equal(locksOf(rehearsal.locks), ['* all run run']);
      assert.is(plan.locks[0]?.basis, 'known');
      assert.is(rehearsal.locks[0]?.basis, 'measured');
      const took = rehearsal.steps.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
      assert.is(rehearsal.locks[0]?.heldMs, took);
      for (const document of [planned, rehearsed])
        assert.ok(document.includes('| `the whole database` | reads and writes | the run |'));
    },

  'what a statement that cannot be read leaves out is reported from the structure': async (stage) => {
    const { plan } = await seen(
      stage,
      `CREATE TABLE "new_Publisher" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL CHECK (length("name") < 1_000_000));
INSERT INTO "new_Publisher" ("id", "name") SELECT "id", "name" FROM "Publisher" WHERE "id" < 1_000_000;
PRAGMA foreign_keys=OFF;
DROP TABLE "Publisher";
ALTER TABLE "new_Publisher" RENAME TO "Publisher";
PRAGMA foreign_keys=ON;`,
    );
    assert.ok(
      plan.hazards.some(({ code }) => code === 'x-unparseable'),
      hazardsOf(plan).join('\n'),
    );
    assert.ok(
      plan.hazards.some((one) => one.severity === 'destructive' && one.subject.includes('Publisher.city')),
      hazardsOf(plan).join('\n'),
    );
  },
});
