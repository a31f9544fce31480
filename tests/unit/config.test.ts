// The configuration: every problem at once and with its path, no secret in it and none in a message, variables from two places.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import {
  CONFIG_FILES,
  DEFAULT_TIMEOUTS,
  type LoadedConfig,
  loadConfig,
  parseIgnore,
  resolveEnvironment,
} from '../../lib/config/index.ts';
import { DbsyncError, type ErrorCode } from '../../lib/errors/index.ts';
import { openSecret } from '../../lib/target/index.ts';
import { base, REFUSED, SECRET, WITH_SECRET } from '../cases/config-refused.ts';
import { spec } from '../helpers/spec.ts';

interface Problem {
  readonly path: string;
  readonly message: string;
}

const refusal = async (work: () => unknown): Promise<DbsyncError> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
};

const problemsOf = (error: DbsyncError): readonly Problem[] => {
  const { problems } = error.details;
  return Array.isArray(problems) ? problems : [];
};

/** Everything that a person or a program is shown of an error. */
const shownOf = (error: DbsyncError): string =>
  JSON.stringify([error.message, error.why, error.next, error.details]);

spec('configuration', ({ test, before, after }) => {
  let top = '';
  let count = 0;
  before(() => {
    top = mkdtempSync(path.join(os.tmpdir(), 'dbsync-config-'));
  });
  after(() => rmSync(top, { recursive: true, force: true }));

  /** A folder of its own for each configuration, because modules are loaded once. */
  const folderWith = (files: Readonly<Record<string, string>>): string => {
    count += 1;
    const folder = path.join(top, String(count));
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    return folder;
  };
  const load = (
    value: unknown,
    environment: Readonly<Record<string, string>> = {},
    dotEnv?: string,
  ): Promise<LoadedConfig> => {
    const text =
      value === undefined ? 'export const nothing = 1;' : `export default ${JSON.stringify(value)};`;
    const cwd = folderWith({
      'dbsync.config.ts': text,
      ...(dotEnv !== undefined && { '.env': dotEnv }),
    });
    return loadConfig({ cwd, environment });
  };

  for (const { name, value, paths } of REFUSED) {
    test(`refused, with every path: ${name}`, async () => {
      const error = await refusal(() => load(value));
      assert.is(error.code, 'CONFIG_INVALID');
      assert.equal([...new Set(problemsOf(error).map((problem) => problem.path))].sort(), [...paths].sort());
      for (const problem of problemsOf(error)) {
        assert.ok(problem.message.length > 8, problem.path);
        assert.ok(error.message.includes(`  ${problem.path} ${problem.message}`), problem.path);
      }
    });
  }

  for (const [name, value, at] of WITH_SECRET) {
    test(`credentials are refused and not repeated: ${name}`, async () => {
      const error = await refusal(() => load(value));
      assert.is(error.code, 'CONFIG_INVALID');
      const found = problemsOf(error).filter((problem) => problem.message.startsWith('holds credentials'));
      assert.equal(
        found.map((problem) => problem.path),
        [at],
      );
      assert.not.ok(shownOf(error).includes(SECRET), shownOf(error));
    });
  }

  test('a local file may stand as a URL, and an @ behind the path is no credential', async () => {
    const loaded = await load(base({ url: 'file:///srv/app@home/dev.db' }));
    const { target } = resolveEnvironment(loaded, 'dev');
    assert.is(openSecret(target.url), 'file:///srv/app@home/dev.db');
    assert.is(target.urlVariable, null);
    assert.is(target.urlOrigin, 'config');
  });

  test('the environment wins over .env, and .env over nothing', async () => {
    const env = `DATABASE_URL=file:./from-dotenv.db\nOTHER='file:./other.db'\n`;
    const loaded = await load(base(), { DATABASE_URL: 'file:./live.db' }, env);
    assert.equal(loaded.variable('DATABASE_URL'), { value: 'file:./live.db', origin: 'environment' });
    assert.equal(loaded.variable('OTHER'), { value: 'file:./other.db', origin: '.env' });
    assert.is(loaded.variable('NONE'), undefined);
    assert.is(loaded.variable('toString'), undefined);
  });

  test('an empty variable is as one that is not set', async () => {
    const filled = await load(base(), { DATABASE_URL: '' }, 'DATABASE_URL=file:./from-dotenv.db\n');
    assert.equal(filled.variable('DATABASE_URL'), { value: 'file:./from-dotenv.db', origin: '.env' });
    const empty = await load(base(), { DATABASE_URL: '' }, 'DATABASE_URL=\n');
    const error = await refusal(() => resolveEnvironment(empty, 'dev'));
    assert.is(error.code, 'URL_MISSING');
    assert.match(error.message, 'DATABASE_URL');
  });

  test('.env is read beside the configuration, not in the working folder', async () => {
    const cwd = folderWith({ '.env': 'DATABASE_URL=file:./wrong.db\n' });
    mkdirSync(path.join(cwd, 'inner'));
    const file = path.join(cwd, 'inner', 'other.config.mjs');
    writeFileSync(file, `export default ${JSON.stringify(base())};`);
    writeFileSync(path.join(cwd, 'inner', '.env'), 'DATABASE_URL=file:./right.db\n');
    const loaded = await loadConfig({ cwd, file: 'inner/other.config.mjs', environment: {} });
    assert.is(loaded.variable('DATABASE_URL')?.value, 'file:./right.db');
    assert.is(loaded.root, path.join(cwd, 'inner'));
    assert.is(loaded.project, path.join(cwd, 'inner'));
  });

  for (const name of CONFIG_FILES) {
    test(`found by its name: ${name}`, async () => {
      const cwd = folderWith({
        [name]: `export default ${JSON.stringify({ ...base(), project: './app' })};`,
      });
      const loaded = await loadConfig({ cwd, environment: {} });
      assert.is(loaded.file, path.join(cwd, name));
      assert.is(loaded.project, path.join(cwd, 'app'));
    });
  }

  test('the first of several names is taken', async () => {
    const text = `export default ${JSON.stringify(base())};`;
    const cwd = folderWith(Object.fromEntries(CONFIG_FILES.map((name) => [name, text])));
    assert.is((await loadConfig({ cwd, environment: {} })).file, path.join(cwd, CONFIG_FILES[0] ?? ''));
  });

  test('a missing configuration says how to write one', async () => {
    const cwd = folderWith({});
    for (const file of [undefined, 'nowhere.config.ts']) {
      const error = await refusal(() => loadConfig({ cwd, file, environment: {} }));
      assert.is(error.code, 'CONFIG_MISSING');
      assert.ok(error.next.includes('$ npx zx tasks/init.ts'));
    }
  });

  test('a configuration that throws or does not parse is a refusal, not a bug', async () => {
    const texts = [
      "throw new Error('no such module');",
      'export default {{{',
      "export default { get source() { throw new Error('behind a getter'); } };",
    ];
    for (const text of texts) {
      const cwd = folderWith({ 'dbsync.config.ts': text });
      const error = await refusal(() => loadConfig({ cwd, environment: {} }));
      assert.is(error.code, 'CONFIG_INVALID');
      assert.match(error.message, /^dbsync\.config\.ts could not be loaded: /);
      assert.not.ok(error.message.includes('\n'));
    }
  });

  test('an environment is always named, exactly', async () => {
    const loaded = await load(base(), { DATABASE_URL: 'file:./dev.db' });
    const cases: readonly (readonly [string | undefined, ErrorCode])[] = [
      [undefined, 'ENVIRONMENT_REQUIRED'],
      ['Dev', 'ENVIRONMENT_UNKNOWN'],
      ['', 'ENVIRONMENT_UNKNOWN'],
      ['toString', 'ENVIRONMENT_UNKNOWN'],
      ['__proto__', 'ENVIRONMENT_UNKNOWN'],
    ];
    for (const [name, code] of cases) {
      const error = await refusal(() => resolveEnvironment(loaded, name));
      assert.is(error.code, code, String(name));
      assert.match(error.next.join(' '), '--env dev');
    }
  });

  test('what is protected has the careful defaults, what is not the convenient ones', async () => {
    const open = resolveEnvironment(await load(base(), { DATABASE_URL: 'x' }), 'dev');
    assert.equal([open.allowPush, open.inlineAcceptance, open.target.create], [true, true, false]);
    const closed = resolveEnvironment(await load(base({ protected: true }), { DATABASE_URL: 'x' }), 'dev');
    assert.equal([closed.allowPush, closed.inlineAcceptance, closed.target.create], [false, false, false]);
    assert.equal([closed.approvalMinutes, closed.backup], [60, { take: true, restore: false, folder: null }]);
    assert.equal(closed.target.timeouts, DEFAULT_TIMEOUTS);
  });

  test('one timeout of its own leaves the others as they are', async () => {
    const loaded = await load(base({ timeouts: { lockMs: 7 } }), { DATABASE_URL: 'x' });
    assert.equal(resolveEnvironment(loaded, 'dev').target.timeouts, { ...DEFAULT_TIMEOUTS, lockMs: 7 });
  });

  test('the shadow has a variable of its own, which must be set', async () => {
    const value = base({ shadow: { urlVariable: 'SHADOW_URL' } });
    const error = await refusal(async () =>
      resolveEnvironment(await load(value, { DATABASE_URL: 'x' }), 'dev'),
    );
    assert.is(error.code, 'URL_MISSING');
    assert.match(error.message, 'SHADOW_URL');
    const { shadow } = resolveEnvironment(
      await load(value, { DATABASE_URL: 'x', SHADOW_URL: SECRET }),
      'dev',
    );
    assert.is(shadow.url && openSecret(shadow.url), SECRET);
  });

  test('at a desk the URL is not needed', async () => {
    const loaded = await load(base({ shadow: { urlVariable: 'SHADOW_URL' } }));
    assert.is(openSecret(resolveEnvironment(loaded, 'dev', true).target.url), '');
  });

  test('a resolved environment prints no secret', async () => {
    const url = `postgresql://app:${SECRET}@db/app`;
    const environment = resolveEnvironment(await load(base(), { DATABASE_URL: url }), 'dev');
    assert.is(openSecret(environment.target.url), url);
    assert.not.ok(JSON.stringify(environment).includes(SECRET));
    assert.not.ok(`${environment.target.url}`.includes(SECRET));
  });

  test('an ignore pattern has a kind before the colon and a namespace only behind one', () => {
    assert.equal(parseIgnore('audit_*'), { name: 'audit_*' });
    assert.equal(parseIgnore('a.b'), { name: 'a.b' });
    assert.equal(parseIgnore('table:audit'), { kind: 'table', name: 'audit' });
    assert.equal(parseIgnore('view:reporting.*'), { kind: 'view', namespace: 'reporting', name: '*' });
  });
});
