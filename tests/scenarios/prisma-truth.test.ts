// The truth table: every state between a Prisma ledger and its files, on every database, with the code, the exit code, the proposal,
// and whether the proposal works.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { loadDialect } from '../../lib/dialects/registry.ts';
import type { Outcome, PhaseOptions } from '../../lib/phases/index.ts';
import type { LedgerReport, LedgerWriter, Migration } from '../../lib/sources/contract.ts';
import { loadSource } from '../../lib/sources/registry.ts';
import { redactor, Secret } from '../../lib/target/index.ts';
import { type Files, ONE, SQL, THREE, TRUTH, type TruthCase, TWO } from '../cases/prisma-truth.ts';
import { mariadbMissing, startMariadb, TIMEOUTS } from '../helpers/mariadb.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import { type PrismaProject, prismaProject } from '../helpers/prisma-cli.ts';
import { refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

interface Engine {
  readonly title: string;
  readonly database: 'sqlite' | 'postgres' | 'mysql';
  readonly provider: 'sqlite' | 'postgresql' | 'mysql';
  readonly url: () => Promise<string>;
  /** A role of the same database that may not read the ledger. */
  readonly withoutLedger?: (url: string) => Promise<string>;
}

const MODELS = ['a', 'b', 'c'].map((name) => `model ${name} {\n  id Int @id${' '}\n}\n`).join('\n');

const folder = await mkdtemp(path.join(os.tmpdir(), 'dbsync-truth-'));
const missing = mariadbMissing();
const maria = missing === null ? await startMariadb() : null;
const postgres = await startPostgres();
let files = 0;

const withUser = (url: string, user: string): string => {
  const parsed = new URL(url);
  parsed.username = user;
  parsed.password = 'secret1';
  return parsed.href;
};

const exec = async (engine: Engine, url: string, statements: readonly string[]): Promise<void> =>
  withSession(engine, url, async (session) => {
    for (const statement of statements) await session.execute(statement);
  });

const withSession = async <T>(
  engine: Engine,
  url: string,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const dialect = await loadDialect(engine.database);
  const session = await dialect.connect(dialect.address(new Secret(url), folder), {
    mode: 'write',
    timeouts: TIMEOUTS,
  });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

const SQLITE: Engine = {
  title: 'SQLite',
  database: 'sqlite',
  provider: 'sqlite',
  url: async () => {
    files += 1;
    const file = path.join(folder, `${files}.db`);
    await writeFile(file, '');
    return `file:${file}`;
  },
};

const POSTGRES: Engine = {
  title: 'PostgreSQL',
  database: 'postgres',
  provider: 'postgresql',
  url: async () => (await postgres?.createDatabase()) ?? '',
  withoutLedger: async (url) => {
    await exec(POSTGRES, url, [
      "CREATE ROLE blind LOGIN PASSWORD 'secret1'",
      'GRANT SELECT ON a, b TO blind',
    ]);
    return withUser(url, 'blind');
  },
};

const MARIADB: Engine = {
  title: 'MariaDB',
  database: 'mysql',
  provider: 'mysql',
  url: async () => maria?.url((await maria.database()) ?? '') ?? '',
  withoutLedger: async (url) => {
    const name = new URL(url).pathname.slice(1);
    await exec(MARIADB, url, [
      "CREATE USER blind@'%' IDENTIFIED BY 'secret1'",
      "CREATE USER blind@localhost IDENTIFIED BY 'secret1'",
      ...['a', 'b'].flatMap((table) => [
        `GRANT SELECT ON ${name}.${table} TO blind@'%'`,
        `GRANT SELECT ON ${name}.${table} TO blind@localhost`,
      ]),
    ]);
    return withUser(url, 'blind');
  },
};

const change = async (project: PrismaProject, wanted: Files): Promise<void> => {
  for (const [file, text] of Object.entries(wanted)) {
    const target = path.join(project.root, 'prisma', 'migrations', file);
    if (text === null) await rm(target, { recursive: true });
    else {
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    }
  }
};

/** The ledger's writer and the project's migrations, as dbsync has them. */
const opened = async (
  engine: Engine,
  project: PrismaProject,
): Promise<{ writer: LedgerWriter; migrations: readonly Migration[]; close: () => Promise<void> }> => {
  const source = await loadSource('prisma');
  const detection = await source.detect(project.root);
  if (!detection) throw new Error('no project');
  const own = await source.open(detection, {
    dialect: await loadDialect(engine.database),
    timeouts: TIMEOUTS,
    redact: redactor([]),
    withEmptyShadow: async () => {
      throw new Error('no shadow here');
    },
  });
  return { writer: own.ledger.writer, migrations: own.migrations, close: () => own.close() };
};

/** Brings the database and then the files into the case's state. */
const arrange = async (
  engine: Engine,
  project: PrismaProject,
  place: { readonly url: string; readonly wanted: TruthCase },
): Promise<void> => {
  const { url, wanted } = place;
  const { writer, migrations, close } = await opened(engine, project);
  const found = (id: string): Migration =>
    migrations.find((migration) => migration.id === id) ?? {
      id,
      file: id,
      sql: '',
      checksum: '0'.repeat(64),
    };
  const second = (index: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, index));
  await withSession(engine, url, async (session) => {
    if (!wanted.noLedger) await writer.ensure(session);
    const ids = [...(wanted.applied ?? []), ...(wanted.foreign ?? [])];
    for (const [index, id] of ids.entries()) {
      const row = await writer.started(session, found(id), second(index));
      if (SQL[id]) await session.script(SQL[id]);
      await writer.finished(session, row, second(index));
    }
    for (const sql of wanted.byHand ?? []) await session.script(sql);
    const { unfinished, rolledBack } = wanted;
    const begun = unfinished?.id ?? rolledBack;
    if (begun !== undefined) {
      const row = await writer.started(session, found(begun), second(50));
      if (unfinished?.logs) await writer.failed(session, row, unfinished.logs);
    }
    if (rolledBack !== undefined) await writer.rolledBack(session, rolledBack, second(51));
  });
  await close();
  await change(project, wanted.files ?? {});
};

const reportOf = (outcome: Outcome): LedgerReport => (outcome.data as { ledger: LedgerReport }).ledger;

const lineOf = (problem: LedgerReport['problems'][number]): string =>
  `${problem.weight} ${problem.code} ${problem.migration ?? '-'}`;

/** A proposed command's options, as the command line would read them. */
const optionsOf = (command: string): PhaseOptions => {
  const [option, migration = ''] = command.split(' ');
  if (option === '--baseline') return { baseline: migration || 'auto' };
  return { resolve: { migration, as: option === '--applied' ? 'applied' : 'rolled-back' } };
};

const check = async (engine: Engine, wanted: TruthCase): Promise<void> => {
  const url = await engine.url();
  const { database, provider } = engine;
  const input = { version: '7.10.1' as const, modules: folder, url, database, provider };
  const project = await prismaProject(input, MODELS);
  const scene = { environment: { DATABASE_URL: url } };
  const look = (): Promise<Outcome> => run(project.root, 'status', {}, scene);
  try {
    await project.write(
      'dbsync.config.ts',
      `export default { environments: { dev: { database: '${engine.database}', urlVariable: 'DATABASE_URL', protected: false, ${engine.database === 'sqlite' ? '' : 'shadow: { scratch: true },'} } } };\n`,
    );
    for (const id of [ONE, TWO, THREE]) await project.addMigration(id, SQL[id] ?? '');
    await arrange(engine, project, { url, wanted });

    const status = await look();
    const report = reportOf(status);
    assert.equal(report.problems.map(lineOf), wanted.problems);
    assert.equal(report.pending, wanted.pending);
    assert.is(status.exitCode, wanted.exitCode);

    if (wanted.exitCode === 3) {
      const refused = await refusal(project.root, 'plan', {}, scene);
      assert.is(refused.code, 'LEDGER_UNHEALTHY');
      assert.is(refused.exitCode, 3);
      const code = wanted.problems[0]?.split(' ')[1] ?? '';
      assert.match(refused.message, new RegExp(code));
      assert.ok(refused.next.length > 0);
      for (const command of [wanted.mend?.command]) {
        if (command === undefined) continue;
        assert.ok(
          refused.next.some((line) => line.startsWith('$ ') && line.endsWith(`--env dev ${command}`)),
          `not proposed: ${command}\n${refused.next.join('\n')}`,
        );
      }
    } else if (wanted.restore === undefined) {
      const planned = await run(project.root, 'plan', {}, scene);
      assert.is(planned.kind, 'plan');
    }
    if (wanted.unproven !== undefined) {
      const options = { ...optionsOf(wanted.unproven), confirm: 'dev' };
      const unproven = await refusal(project.root, 'recover', options, scene);
      assert.is(unproven.code, 'RECOVERY_UNPROVEN');
      assert.equal(reportOf(await look()).problems.map(lineOf), wanted.problems);
    }
    if (wanted.mend) {
      const options = { ...optionsOf(wanted.mend.command), confirm: 'dev' };
      assert.is((await run(project.root, 'recover', options, scene)).kind, 'mended');
      const after = reportOf(await look());
      assert.equal(after.problems, []);
      assert.equal(after.pending, wanted.mend.pending);
      if (wanted.unfinished) {
        const states = after.entries.filter((entry) => entry.id === THREE).map((entry) => entry.state);
        const applied = wanted.mend.command.startsWith('--applied');
        assert.equal(states.toSorted(), applied ? ['applied', 'rolled-back'] : ['rolled-back']);
      }
    }
    if (wanted.restore) {
      await change(project, wanted.restore.files);
      const after = reportOf(await look());
      assert.equal(after.problems, []);
      assert.equal(after.pending, wanted.restore.pending);
    }
  } finally {
    await project.remove();
  }
};

const unreadable = async (engine: Engine): Promise<void> => {
  const url = await engine.url();
  const { database, provider } = engine;
  const input = { version: '7.10.1' as const, modules: folder, url, database, provider };
  const project = await prismaProject(input, MODELS);
  try {
    for (const id of [ONE, TWO, THREE]) await project.addMigration(id, SQL[id] ?? '');
    await arrange(engine, project, {
      url,
      wanted: { title: '', applied: [ONE, TWO], problems: [], pending: [], exitCode: 0 },
    });
    const blind = (await engine.withoutLedger?.(url)) ?? '';
    await project.write(
      'dbsync.config.ts',
      `export default { environments: { dev: { database: '${engine.database}', urlVariable: 'DATABASE_URL', protected: false } } };\n`,
    );
    const refused = await refusal(project.root, 'status', {}, { environment: { DATABASE_URL: blind } });
    assert.is(refused.code, 'LEDGER_UNREADABLE');
    assert.is(refused.exitCode, 3);
    assert.match(refused.next.join('\n'), /Grant SELECT on _prisma_migrations/);
  } finally {
    await project.remove();
  }
};

spec('the truth table of Prisma', ({ test, skip, after }) => {
  after(async () => {
    await postgres?.stop();
    await maria?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const engines: readonly (readonly [Engine, string | null])[] = [
    [SQLITE, null],
    [POSTGRES, postgres ? null : NO_SERVER],
    [MARIADB, missing],
  ];
  for (const [engine, reason] of engines) {
    if (reason !== null) {
      skip(`every case on ${engine.title}`, reason);
      continue;
    }
    for (const wanted of TRUTH) test(`${engine.title}: ${wanted.title}`, () => check(engine, wanted));
    if (engine.withoutLedger) test(`${engine.title}: a ledger without permission`, () => unreadable(engine));
  }
});
