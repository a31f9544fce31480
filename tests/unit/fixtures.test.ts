// The example projects are what their tests take them for: histories that apply, schemas that equal them, the same data each time.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { get_config, validate } from '@prisma/prisma-schema-wasm';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { fillSqlite, migrateSqlite } from '../helpers/bookshop-data.ts';
import {
  copyProject,
  type MigrationFile,
  type ProjectName,
  projectFolder,
  readDemo,
  readMigrations,
} from '../helpers/project.ts';
import { compareWithSchema } from '../helpers/schema-engine.ts';
import { spec } from '../helpers/spec.ts';

const flavours: readonly { name: ProjectName; provider: string; forms: readonly RegExp[] }[] = [
  {
    name: 'bookshop',
    provider: 'sqlite',
    forms: [
      /-- RedefineTables\nPRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;\nCREATE TABLE "new_/,
      /DROP COLUMN/,
      /CREATE UNIQUE INDEX/,
      /UPDATE .* WHERE/,
      /CREATE VIEW/,
      /BEGIN\n[\s\S]*END;/,
      /CREATE .*INDEX .* WHERE/,
      /ADD COLUMN .* DEFAULT "internal"/,
      /= "paper"/,
      /CHECK \(/,
      /-- .*".*;/,
      /\/\* .*;.*"/,
    ],
  },
  {
    name: 'bookshop-postgres',
    provider: 'postgresql',
    forms: [
      /AS ENUM/,
      /ADD VALUE/,
      /LANGUAGE plpgsql/,
      /\$\$/,
      /ADD CONSTRAINT .* FOREIGN KEY/,
      /CREATE VIEW/,
      /SET NOT NULL/,
    ],
  },
  {
    name: 'bookshop-mysql',
    provider: 'mysql',
    forms: [
      /ENUM\(/,
      /MODIFY/,
      /BEGIN\n[\s\S]*END;/,
      /ADD CONSTRAINT .* FOREIGN KEY/,
      /CREATE VIEW/,
      /MODIFY .* NOT NULL/,
      /= "DE"/,
    ],
  },
];

const migrationsOf = (name: ProjectName): Promise<readonly MigrationFile[]> =>
  readMigrations(path.join(projectFolder(name), 'prisma', 'migrations'));
const schemaOf = (name: ProjectName): Promise<string> =>
  readFile(path.join(projectFolder(name), 'prisma', 'schema.prisma'), 'utf8');

/** Asks one question of a SQLite file; the rows as arrays. */
const ask = (file: string, sql: string): readonly unknown[][] => {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare<[], unknown[]>(sql).raw().all();
  } finally {
    database.close();
  }
};

/** Every row of every table, as one text. */
const dump = (file: string): string => {
  const tables = ask(file, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .flat()
    .map(String);
  return JSON.stringify(tables.map((table) => [table, ask(file, `SELECT * FROM "${table}" ORDER BY 1, 2`)]));
};

spec('fixture projects', ({ test, before, after }) => {
  let folder = '';
  let count = 0;
  const fresh = (): string => path.join(folder, `${++count}.db`);
  before(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dbsync-fixtures-')));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const { name, provider, forms } of flavours) {
    test(`${name}: at least ten migrations of ${provider}, with the forms that tests rely on`, async () => {
      const migrations = await migrationsOf(name);
      assert.ok(migrations.length >= 10);
      for (const { id } of migrations)
        assert.match(id, /^202[56](0[1-9]|1[0-2])([0-2]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d_[a-z_]+$/);
      const lock = await readFile(
        path.join(projectFolder(name), 'prisma', 'migrations', 'migration_lock.toml'),
        'utf8',
      );
      assert.match(lock, `provider = "${provider}"`);
      const text = migrations.map(({ sql }) => sql).join('\n');
      for (const form of forms) assert.match(text, form);
    });

    test(`${name}: Prisma accepts the schema, which names no URL`, async () => {
      const schema = await schemaOf(name);
      validate(JSON.stringify({ prismaSchema: [['schema.prisma', schema]] }));
      const config = get_config(
        JSON.stringify({ prismaSchema: schema, datasourceOverrides: {}, ignoreEnvVarErrors: true, env: {} }),
      );
      assert.match(config, `"${provider}"`);
      const named = schema.replace(`"${provider}"`, `"${provider}"\n  url = "x"`);
      assert.throws(() => validate(JSON.stringify({ prismaSchema: [['schema.prisma', named]] })), /P1012/);
      assert.not.match(schema, /\burl\b/);
    });
  }

  test('bookshop-postgres: the index built CONCURRENTLY and the enum value are each alone in their migration', async () => {
    const migrations = await migrationsOf('bookshop-postgres');
    const alone = migrations.filter(({ sql }) => /CONCURRENTLY|ADD VALUE/.test(sql));
    assert.is(alone.length, 2);
    for (const { sql } of alone) assert.is(sql.match(/;/g)?.length, 1);
  });

  test('bookshop: the schema equals the migrated result, and only the whole of it', async () => {
    const file = fresh();
    const migrations = await migrationsOf('bookshop');
    const schema = await schemaOf('bookshop');
    migrateSqlite(file, migrations.slice(0, -1));
    const behind = await compareWithSchema(file, schema);
    assert.is(behind.equal, false);
    assert.match(behind.sql, 'ADD COLUMN "giftMessage"');
    migrateSqlite(file, migrations.slice(-1));
    assert.equal(await compareWithSchema(file, schema), {
      equal: true,
      sql: '-- This is an empty migration.\n',
    });
  });

  test('bookshop: what Prisma does not see is there and works', async () => {
    const file = fresh();
    migrateSqlite(file, await migrationsOf('bookshop'));
    const names = ask(file, 'SELECT name FROM sqlite_master').flat();
    for (const name of ['BestSeller', 'StockMovement_after_insert', 'Coupon_label_active_key'])
      assert.ok(names.includes(name));
    const database = new Database(file);
    const coupon = 'INSERT INTO "Coupon" ("code", "label", "percent") VALUES';
    assert.throws(() => database.exec(`${coupon} ('A', 'x', 91)`), /CHECK constraint failed/);
    database.exec(`${coupon} ('A', 'x', 10)`);
    assert.throws(() => database.exec(`${coupon} ('B', 'x', 10)`), /UNIQUE constraint failed/);
    database.exec(`INSERT INTO "Author" ("id", "name") VALUES (1, 'x');
      INSERT INTO "Book" ("id", "title", "priceCents", "authorId") VALUES (1, 'x', 1, 1);
      INSERT INTO "StockMovement" ("bookId", "delta", "reason") VALUES (1, 4, 'x'), (1, -1, 'x')`);
    database.close();
    assert.equal(ask(file, 'SELECT "quantity" FROM "Stock"'), [[3]]);
  });

  test('bookshop: filled at any level, the rest of the history applies and no key is broken', async () => {
    const migrations = await migrationsOf('bookshop');
    const schema = await schemaOf('bookshop');
    const prices = new Set<string>();
    for (let level = 1; level <= migrations.length; level += 1) {
      const file = fresh();
      migrateSqlite(file, migrations.slice(0, level));
      const counts = fillSqlite(file);
      assert.is(counts.Customer, 120, `level ${level}`);
      migrateSqlite(file, migrations.slice(level));
      assert.equal(ask(file, 'PRAGMA foreign_key_check'), []);
      assert.is((await compareWithSchema(file, schema)).equal, true, `level ${level}`);
      prices.add(JSON.stringify(ask(file, 'SELECT "id", "priceCents" FROM "Book" ORDER BY "id"')));
    }
    assert.is(prices.size, 1, 'the prices are the same, whichever column they were first written to');
  });

  test('bookshop data: the same each time, hundreds of rows, some of them NULL', async () => {
    const migrations = await migrationsOf('bookshop');
    const [one, two] = [fresh(), fresh()];
    for (const file of [one, two]) {
      migrateSqlite(file, migrations);
      fillSqlite(file);
    }
    assert.is(dump(one), dump(two));
    assert.equal(ask(one, 'SELECT count(*) > 200, count("paidAt") < count(*) FROM "Order"'), [[1, 1]]);
    assert.is(
      ask(one, 'SELECT * FROM "BestSeller"').length,
      Number(ask(one, 'SELECT count(DISTINCT "bookId") FROM "OrderLine"')[0]?.[0]),
    );
  });

  test('bookshop data: duplicates make the unique index fail, orphans are found by foreign_key_check', async () => {
    const migrations = await migrationsOf('bookshop');
    const [twice, orphaned] = [fresh(), fresh()];
    migrateSqlite(twice, migrations.slice(0, 3));
    fillSqlite(twice, { duplicates: true });
    assert.throws(
      () => migrateSqlite(twice, migrations.slice(3)),
      /UNIQUE constraint failed: Customer.email/,
    );
    migrateSqlite(orphaned, migrations.slice(0, 7));
    fillSqlite(orphaned, { orphans: true });
    assert.equal(ask(orphaned, 'PRAGMA foreign_key_check'), []);
    migrateSqlite(orphaned, migrations.slice(7));
    assert.is(ask(orphaned, 'PRAGMA foreign_key_check').length, 6);
  });

  test('bookshop demo: leads to its schema; loses the numbers and the messages, and no order line', async () => {
    const file = fresh();
    migrateSqlite(file, await migrationsOf('bookshop'));
    fillSqlite(file);
    const lines = ask(file, 'SELECT count(*) FROM "OrderLine"');
    assert.equal(ask(file, 'SELECT count("phone") > 50 FROM "Customer"'), [[1]]);
    assert.equal(ask(file, 'SELECT count("giftMessage") > 20 FROM "Order"'), [[1]]);
    const demo = await readDemo();
    assert.is(demo.migrations.length, 3);
    migrateSqlite(file, demo.migrations);
    assert.is((await compareWithSchema(file, demo.schema)).equal, true);
    assert.equal(ask(file, 'SELECT count("mobile") FROM "Customer"'), [[0]]);
    assert.equal(ask(file, 'SELECT count(*) FROM "OrderLine"'), lines);
  });

  test('bookshop demo: each migration applies alone; the last one, inside a transaction, takes the order lines along', async () => {
    const history = await migrationsOf('bookshop');
    for (const migration of (await readDemo()).migrations) {
      const file = fresh();
      migrateSqlite(file, history);
      fillSqlite(file);
      migrateSqlite(file, [migration]);
      assert.equal(ask(file, 'SELECT count(*) FROM "OrderLine"'), [[723]]);
    }
    const file = fresh();
    migrateSqlite(file, history);
    fillSqlite(file);
    const last = (await readDemo()).migrations.at(-1);
    migrateSqlite(file, [{ id: 'wrapped', sql: `BEGIN;\n${last?.sql ?? ''}\nCOMMIT;` }]);
    assert.equal(ask(file, 'SELECT count(*) FROM "OrderLine"'), [[0]]);
  });

  test('a copy: cut off, added to, edited, removed from, removed', async () => {
    const copy = await copyProject('bookshop', { upTo: '20250318160204_customer_email_unique' });
    const ids = async (): Promise<readonly string[]> =>
      (await readMigrations(copy.migrationsFolder)).map(({ id }) => id);
    assert.is(copy.root, await realpath(copy.root));
    assert.is((await ids()).length, 4);
    await copy.addMigration('20990101000000_more', 'SELECT 1;\n');
    await copy.editMigration('20990101000000_more', (sql) => sql.replace('1', '2'));
    assert.is((await readMigrations(copy.migrationsFolder)).at(-1)?.sql, 'SELECT 2;\n');
    await copy.removeMigration('20990101000000_more');
    assert.is((await ids()).length, 4);
    await copy.writeEnv('DATABASE_URL=file:./x.db\n');
    assert.is(await readFile(path.join(copy.root, '.env'), 'utf8'), 'DATABASE_URL=file:./x.db\n');
    assert.is(existsSync(path.join(copy.root, 'demo')), false);
    await copy.remove();
    assert.is(existsSync(copy.root), false);
    const failed = await copyProject('bookshop', { upTo: 'nonsense' }).catch((error: unknown) =>
      String(error),
    );
    assert.match(String(failed), 'no migration "nonsense"');
  });
});
