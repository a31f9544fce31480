// What dbsync must not do, each tried: reverse sync, a default target, a created database, a second source of truth, a leaked secret.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import {
  artifact,
  cli,
  code,
  databaseOf,
  folderOf,
  refusal,
  run,
  writeSqliteConfig,
} from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const withProject = async (work: (project: ProjectCopy) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project, [{ create: true }, { name: 'prod', protected: true }]);
    await work(project);
  } finally {
    await project.remove();
  }
};

/** Every file below a folder with its size, without the folder that runs write to. */
const filesOf = (root: string): string[] =>
  readdirSync(root, { recursive: true })
    .map(String)
    .filter((name) => !name.startsWith('dev') && statSync(path.join(root, name)).isFile())
    .map((name) => `${name} ${statSync(path.join(root, name)).size}`)
    .sort();

spec('boundaries', ({ test }) => {
  test('the reverse direction is refused, in whatever words it is asked for', () =>
    withProject(async (project) => {
      for (const direction of ['database-to-code', 'db-to-code', 'pull', 'introspect', 'reverse']) {
        assert.is(await code(project.root, 'plan', { direction }), 'REVERSE_REFUSED', direction);
      }
      const ended = await cli(project.root, 'sync', ['--env', 'dev', '--direction', 'database-to-code']);
      assert.is(ended.code, 1);
      assert.match(ended.stderr, /REVERSE_REFUSED/);
    }));

  test('the target is always named: no default, no guess, no near miss', () =>
    withProject(async (project) => {
      assert.is(await code(project.root, 'sync', { env: undefined }), 'ENVIRONMENT_REQUIRED');
      for (const env of ['Dev', 'development', 'production', '', '__proto__', 'constructor']) {
        assert.is(await code(project.root, 'sync', { env, confirm: env }), 'ENVIRONMENT_UNKNOWN', env);
      }
      assert.not(existsSync(databaseOf(project)));
    }));

  test('a missing database of a protected environment is an error, and it stays missing', () =>
    withProject(async (project) => {
      for (const phase of ['status', 'preflight', 'snapshot', 'plan', 'sync'] as const) {
        const refused = await refusal(project.root, phase, { env: 'prod', confirm: 'prod' }).catch(
          () => null,
        );
        if (phase !== 'preflight') assert.is(refused?.code, 'DATABASE_MISSING', phase);
        assert.not(existsSync(databaseOf(project)), phase);
      }
    }));

  test('the kind of database is stated and checked against the URL', () =>
    withProject(async (project) => {
      const url = 'postgresql://app@127.0.0.1:1/app';
      await project.writeConfig(
        `export default { environments: { dev: { database: 'sqlite', urlVariable: 'APP_URL', protected: false } } };\n`,
      );
      assert.is(
        await code(project.root, 'status', {}, { environment: { APP_URL: url } }),
        'URL_PROVIDER_MISMATCH',
      );
    }));

  test('two sources of truth are refused with the name of the option, and the option decides', () =>
    withProject(async (project) => {
      await project.writeConfig(
        `export default { environments: { dev: { database: 'sqlite', url: 'file:./app.db', protected: false, create: true } } };\n`,
      );
      mkdirSync(path.join(project.root, 'alembic/versions'), { recursive: true });
      writeFileSync(path.join(project.root, 'alembic.ini'), '[alembic]\nscript_location = alembic\n');
      writeFileSync(path.join(project.root, 'alembic/env.py'), '');
      const error = await refusal(project.root, 'plan');
      assert.is(error.code, 'SOURCE_AMBIGUOUS');
      assert.ok(error.next.some((line) => line.includes('--source prisma')));
      assert.is((await run(project.root, 'plan', { source: 'prisma' })).kind, 'plan');
    }));

  test('a project with several schemas gets its first configuration with the one that is named, and only there', () =>
    withProject(async (project) => {
      const first = path.join(project.root, 'prisma/schema.prisma');
      const second = path.join(project.root, 'other/schema.prisma');
      mkdirSync(path.dirname(second));
      renameSync(first, path.join(project.root, 'prisma/books.prisma'));
      writeFileSync(second, readFileSync(path.join(project.root, 'prisma/books.prisma')));
      const config = path.join(project.root, 'dbsync.config.ts');
      rmSync(config);
      rmSync(path.join(project.root, 'prisma.config.ts'));
      const error = await refusal(project.root, 'init', { env: undefined });
      assert.is(error.code, 'SOURCE_AMBIGUOUS');
      assert.not(existsSync(config));
      const missing = { env: undefined, schema: 'prisma/none.prisma' };
      assert.is(await code(project.root, 'init', missing), 'SOURCE_INVALID');
      const made = await run(project.root, 'init', { env: undefined, schema: 'prisma/books.prisma' });
      assert.is(made.kind, 'initialised');
      const text = readFileSync(config, 'utf8');
      assert.match(text, 'schema: "prisma/books.prisma"');
      // No package of dbsync's name is installed beside the project.
      assert.not.match(text, 'import');
      const scene = { environment: { DATABASE_URL: 'file:./app.db' } };
      assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).exitCode, 0);
      for (const choice of [{ schema: 'other/schema.prisma' }, { migrations: 'other' }])
        assert.is((await refusal(project.root, 'plan', choice, scene)).code, 'USAGE');
    }));

  test('lint judges the schema and the migrations that are named, and init writes them down', () =>
    withProject(async (project) => {
      const at = (file: string): string => path.join(project.root, file);
      renameSync(at('prisma/schema.prisma'), at('prisma/books.prisma'));
      renameSync(at('prisma/migrations'), at('prisma/history'));
      writeFileSync(at('prisma/other.prisma'), readFileSync(at('prisma/books.prisma')));
      rmSync(at('dbsync.config.ts'));
      rmSync(at('prisma.config.ts'));
      const named = { env: undefined, schema: 'prisma/books.prisma', migrations: 'prisma/history' };
      assert.is(await code(project.root, 'lint', { env: undefined }), 'SOURCE_AMBIGUOUS');
      const judged = await run(project.root, 'lint', named);
      assert.is(judged.kind, 'lint');
      assert.is(await code(project.root, 'lint', { ...named, migrations: 'prisma/none' }), 'SOURCE_INVALID');
      assert.is(await code(project.root, 'init', { ...named, migrations: 'prisma/none' }), 'SOURCE_INVALID');
      await run(project.root, 'init', named);
      assert.match(
        readFileSync(at('dbsync.config.ts'), 'utf8'),
        '  schema: "prisma/books.prisma",\n  migrations: "prisma/history",\n',
      );
    }));

  test('the first configuration of a project that names no database takes the one of the URL, or says that nobody named it', () =>
    withProject(async (project) => {
      const config = path.join(project.root, 'dbsync.config.ts');
      rmSync(config);
      for (const name of ['prisma', 'prisma.config.ts'])
        rmSync(path.join(project.root, name), { recursive: true, force: true });
      mkdirSync(path.join(project.root, 'alembic/versions'), { recursive: true });
      writeFileSync(path.join(project.root, 'alembic/env.py'), 'from alembic import context\n');
      const ini = '[alembic]\nscript_location = %(here)s/alembic\n';
      writeFileSync(path.join(project.root, 'alembic.ini'), ini);
      const written = async (url?: string): Promise<string> => {
        await run(
          project.root,
          'init',
          { env: undefined },
          { environment: url ? { DATABASE_URL: url } : {} },
        );
        const text = readFileSync(config, 'utf8');
        rmSync(config);
        return text;
      };
      assert.match(await written('postgresql+psycopg2://a@localhost/a'), "database: 'postgres'");
      assert.match(await written('mariadb://a@localhost/a'), "database: 'mysql'");
      assert.match(await written(), 'Neither the project');
      writeFileSync(path.join(project.root, '.env'), 'DATABASE_URL=mysql://a@localhost/a\n');
      assert.match(await written(), "database: 'mysql'");
    }));

  test('an option that the task does not have is refused, not left out of account', () =>
    withProject(async (project) => {
      const refused = await cli(project.root, 'status', ['--env', 'dev', '--strategy', 'push']);
      assert.is(refused.code, 1);
      assert.match(refused.stderr, 'The task status has no option --strategy.');
      const chosen = await cli(project.root, 'status', ['--env', 'dev', '--schema', 'x']);
      assert.match(chosen.stderr, '--schema is an option of init and lint alone.');
    }));

  test('nothing is written into the project outside of dev/active', () =>
    withProject(async (project) => {
      const before = filesOf(project.root);
      await run(project.root, 'sync', { confirm: 'dev' });
      const after = filesOf(project.root).filter((line) => !line.startsWith('app.db'));
      assert.equal(after, before);
      assert.equal(readdirSync(path.join(project.root, 'dev')), ['active']);
    }));

  test('an artifact that somebody else wrote is parsed at the door: garbage, another format, a foreign file', () =>
    withProject(async (project) => {
      const folder = folderOf(await run(project.root, 'plan'));
      const file = path.join(folder, 'artifacts', 'plan.json');
      const kept = readFileSync(file, 'utf8');
      for (const text of [
        '',
        '{',
        '[]',
        'null',
        '{"format":1}',
        kept.replace('"format": 1', '"format": 2'),
        kept.slice(0, -20),
      ]) {
        writeFileSync(file, text);
        assert.is(await code(project.root, 'rehearse'), 'ARTIFACT_INVALID', text.slice(0, 20));
      }
      writeFileSync(file, kept);
      assert.is((await run(project.root, 'rehearse')).kind, 'rehearsal');
    }));

  test('hostile names in the live database reach neither the terminal nor the documents raw', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev' });
      const name = 'evil`"|\u001b[31m\nname</td><script>alert(1)</script>';
      const db = new Database(databaseOf(project));
      db.exec(`CREATE TABLE "${name.replaceAll('"', '""')}" (id INTEGER PRIMARY KEY, "x${'\u0007'}y" TEXT)`);
      db.close();
      await project.addMigration('20260901000000_note', 'ALTER TABLE "Publisher" ADD COLUMN "note" TEXT;\n');
      const ended = await cli(project.root, 'plan', ['--env', 'dev']);
      assert.is(ended.code, 0, ended.stderr);
      const folder = folderOf(await run(project.root, 'plan'));
      const drift = artifact(folder, 'schema_drift.json').items as unknown[];
      assert.is(drift.length, 1);
      const documents = readdirSync(folder).filter((file) => file.endsWith('.md') || file.endsWith('.html'));
      assert.ok(documents.length >= 3);
      const texts = documents.map((file) => readFileSync(path.join(folder, file), 'utf8'));
      for (const text of [ended.stdout, ...texts]) assert.not.match(text, /\u001b\[31m|\u0007/);
      const pages = texts.filter((text) => /^<!doctype/i.test(text));
      assert.is(pages.length, 1);
      for (const page of pages) assert.not.match(page, /<script>alert/);
      assert.is((await run(project.root, 'sync', { confirm: 'dev' })).kind, 'verification');
    }));

  test('the compatibility command decides too: its failure is a mismatch, and its output is kept', () =>
    withProject(async (project) => {
      await writeSqliteConfig(
        project,
        [{ create: true }],
        "compatibility: { command: ['node', '-e', 'console.log(\"it broke\"); process.exit(3)'] },\n",
      );
      const error = await refusal(
        project.root,
        'sync',
        { confirm: 'dev' },
        { environment: { PATH: process.env.PATH ?? '' } },
      );
      assert.is(error.code, 'VERIFY_MISMATCH');
      assert.is(error.exitCode, 7);
      const [task] = readdirSync(path.join(project.root, 'dev/active'));
      const verification = artifact(
        path.join(project.root, 'dev/active', task ?? '', 'db'),
        'verification.json',
      );
      assert.equal((verification.compatibility as { tail: string[] }).tail, ['it broke']);
    }));

  test('a configuration that awaits what never comes ends with a word', () =>
    withProject(async (project) => {
      await project.writeConfig('await new Promise(() => {});\nexport default {};\n');
      const ended = await cli(project.root, 'status', ['--env', 'dev']);
      assert.is(ended.code, 1);
      assert.match(ended.stderr, /CONFIG_INVALID/);
    }));

  test('a run folder that cannot be written is refused before anything is looked at', () =>
    withProject(async (project) => {
      mkdirSync(path.join(project.root, 'dev', 'active'), { recursive: true });
      writeFileSync(path.join(project.root, 'dev', 'active', 'taken'), '');
      assert.is(await code(project.root, 'sync', { task: 'taken', confirm: 'dev' }), 'RUN_UNWRITABLE');
      assert.not.ok(existsSync(databaseOf(project)));
    }));
});
