// Detection: which projects are recognised, what is read of them, and which are refused in clear words.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { DbsyncError } from '../../lib/errors/index.ts';
import type { Detection, Stated } from '../../lib/sources/contract.ts';
import { runConfig } from '../../lib/sources/prisma/config-run.ts';
import { readConfigText } from '../../lib/sources/prisma/config-text.ts';
import { source } from '../../lib/sources/prisma/index.ts';
import { datasourceOf } from '../../lib/sources/prisma/schema-files.ts';
import { lowestOf } from '../../lib/sources/prisma/versions.ts';
import { spec } from '../helpers/spec.ts';

const PROJECTS = path.resolve(import.meta.dirname, '../fixtures/projects');

type Expected = Pick<Detection, 'schema' | 'migrations' | 'version' | 'dialect'>;

const RECOGNISED: readonly (readonly [string, Expected])[] = [
  [
    'prisma-v5',
    { schema: 'prisma/schema.prisma', migrations: 'prisma/migrations', version: '5.22.0', dialect: 'sqlite' },
  ],
  [
    'prisma-v6',
    { schema: 'db/schema.prisma', migrations: 'db/migrations', version: '6.19.3', dialect: 'postgres' },
  ],
  [
    'prisma-v7',
    { schema: 'prisma/schema.prisma', migrations: 'db/migrations', version: '7.10.0', dialect: 'sqlite' },
  ],
  [
    'prisma-multi-file',
    { schema: 'prisma', migrations: 'prisma/migrations', version: '6.8.0', dialect: 'mysql' },
  ],
  [
    'prisma-seven-config',
    {
      schema: 'database/seven/schema.prisma',
      migrations: 'database/seven/steps',
      version: '7.10.0',
      dialect: 'postgres',
    },
  ],
];

const refusal = async (root: string, stated: Stated = {}): Promise<DbsyncError> => {
  try {
    await source.detect(root, stated);
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
  throw new Error(`${root} was not refused.`);
};

const SCHEMA = 'datasource db {\n  provider = "sqlite"\n}\n';

spec('prisma detection', ({ test, before, after }) => {
  let folder = '';
  const project = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
    const root = path.join(folder, name);
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
    return root;
  };
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-prisma-detect-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, expected] of RECOGNISED) {
    test(`recognises ${name}`, async () => {
      const found = await source.detect(path.join(PROJECTS, name));
      assert.ok(found);
      const { schema, migrations, version, dialect } = found;
      assert.equal({ schema, migrations, version, dialect }, expected);
      assert.is(found.source, 'prisma');
      assert.is(found.root, path.join(PROJECTS, name));
      assert.ok(found.evidence.includes(schema));
    });
  }

  test('says that a folder without Prisma is none of its own', async () => {
    assert.is(await source.detect(await project('empty', { 'package.json': '{}' })), null);
  });

  test('says the provider and where the URL comes from, never the URL', async () => {
    const said = async (name: string): Promise<string> =>
      (await source.detect(path.join(PROJECTS, name)))?.evidence.join('\n') ?? '';
    assert.match(await said('prisma-v5'), 'provider sqlite, url from DATABASE_URL');
    assert.match(await said('prisma-v6'), 'provider postgresql, url from POSTGRES_URL');
    assert.match(await said('prisma-v7'), 'provider sqlite, url in prisma.config.ts');
    const literal = await said('prisma-multi-file');
    assert.match(literal, 'provider mysql, url written in the schema');
    assert.not.match(literal, 'secret');
  });

  test('finds .config/prisma.ts, with paths from that file or from the root', async () => {
    const root = await project('dot-config', {
      '.config/prisma.ts': "export default { schema: '../db', migrations: { path: 'steps' } };",
      'db/main.prisma': SCHEMA,
      'steps/migration_lock.toml': '',
    });
    const found = await source.detect(root);
    assert.equal([found?.schema, found?.migrations], ['db', 'steps']);
  });

  test('finds a schema folder in its default place', async () => {
    const root = await project('folder', {
      'prisma/schema/main.prisma': SCHEMA,
      'prisma/schema/models/user.prisma': 'model User {\n  id Int @id\n}\n',
      'prisma/migrations/migration_lock.toml': '',
    });
    const found = await source.detect(root);
    assert.equal([found?.schema, found?.migrations], ['prisma/schema', 'prisma/migrations']);
  });

  test('a configuration that is an ES module has the names of a CommonJS one, as under Prisma', async () => {
    const root = await project('both-kinds', {
      'package.json': '{ "type": "module" }',
      'prisma.config.ts':
        "const path = require('node:path');\nconst at = (name: string) => path.join(__dirname, name);\nexport default { schema: at('db.prisma') + (__filename ? '' : 'x') };\n",
    });
    assert.is((await runConfig(path.join(root, 'prisma.config.ts'))).schema, path.join(root, 'db.prisma'));
  });

  test('names every schema of a monorepo instead of choosing one', async () => {
    const error = await refusal(path.join(PROJECTS, 'prisma-monorepo'));
    assert.is(error.code, 'SOURCE_AMBIGUOUS');
    assert.match(error.message, 'packages/accounts/prisma/schema.prisma');
    assert.match(error.message, 'packages/billing/prisma/schema.prisma');
    assert.ok(error.next.includes("schema: 'packages/billing/prisma/schema.prisma'"));
    assert.ok(error.next.includes('$ npx zx tasks/init.ts --schema <file>'));
  });

  test('templates, tests and documentation are no schemas of the project, where it has one', async () => {
    const aside = {
      'apps/api/templates/template.prisma': SCHEMA,
      'packages/kit/__tests__/schema.prisma': SCHEMA,
      'docs/reference/schema.prisma': SCHEMA,
    };
    const root = await project('aside', {
      ...aside,
      'package.json': '{}',
      'apps/api/prisma/schema.prisma': SCHEMA,
    });
    assert.is((await source.detect(root))?.schema, 'apps/api/prisma/schema.prisma');
    const alone = await project('only-aside', { 'package.json': '{}', 'examples/shop/app.prisma': SCHEMA });
    assert.is((await source.detect(alone))?.schema, 'examples/shop/app.prisma');
    assert.is((await refusal(await project('all-aside', aside))).code, 'SOURCE_AMBIGUOUS');
  });

  test('takes the schema that the configuration states, with its package as the root', async () => {
    const stated = { schema: 'packages/billing/prisma/schema.prisma' };
    const found = await source.detect(path.join(PROJECTS, 'prisma-monorepo'), stated);
    assert.is(found?.root, path.join(PROJECTS, 'prisma-monorepo/packages/billing'));
    assert.is(found?.schema, 'prisma/schema.prisma');
  });

  test('takes one of several schemas in one folder, with migrations of another name', async () => {
    const root = await project('flavours', {
      'package.json': '{}',
      'prisma/one.prisma': SCHEMA,
      'prisma/two.prisma': SCHEMA,
      'prisma/two-migrations/migration_lock.toml': '',
    });
    assert.is((await refusal(root)).code, 'SOURCE_AMBIGUOUS');
    const found = await source.detect(root, {
      schema: 'prisma/two.prisma',
      migrations: 'prisma/two-migrations',
    });
    assert.equal([found?.schema, found?.migrations], ['prisma/two.prisma', 'prisma/two-migrations']);
    for (const stated of [
      { schema: 'prisma/three.prisma' },
      { schema: 'prisma/two.prisma', migrations: 'x' },
    ]) {
      const error = await refusal(root, stated);
      assert.is(error.code, 'SOURCE_INVALID');
      assert.match(error.message, 'dbsync.config');
    }
  });

  test('takes the only schema below a monorepo, with its package as the root', async () => {
    const root = await project('one', {
      'package.json': '{}',
      'apps/api/package.json': '{"devDependencies":{"prisma":"~6.1.0"}}',
      'apps/api/prisma/schema.prisma': SCHEMA,
      'node_modules/x/prisma/schema.prisma': SCHEMA,
      'apps/api/dist/schema.prisma': SCHEMA,
    });
    const found = await source.detect(root);
    assert.is(found?.root, path.join(root, 'apps/api'));
    assert.is(found?.schema, 'prisma/schema.prisma');
    assert.is(found?.version, '6.1.0');
  });

  test('refuses Prisma 8 by its version, by its first line and by its contract', async () => {
    const marked = await project('marked', { 'prisma/schema.prisma': `// use prisma-8\n${SCHEMA}` });
    const contract = await project('contract', { 'prisma/contract.prisma': '// use prisma-8\n' });
    for (const root of [path.join(PROJECTS, 'prisma-eight'), marked, contract]) {
      const error = await refusal(root);
      assert.is(error.code, 'SOURCE_UNSUPPORTED');
      assert.match(error.message, /Prisma 8/);
    }
  });

  test('does not refuse a project of another tool because a Prisma 8 is installed beside it', async () => {
    const root = await project('other', { 'package.json': '{"devDependencies":{"prisma":"8.0.0"}}' });
    assert.is(await source.detect(root), null);
  });

  test('an installed version wins over the range in package.json', async () => {
    const root = await project('installed', {
      'package.json': '{"devDependencies":{"prisma":"^7.0.0"}}',
      'node_modules/prisma/package.json': '{"version":"7.9.2"}',
      'schema.prisma': SCHEMA,
    });
    const found = await source.detect(root);
    assert.is(found?.version, '7.9.2');
    assert.is(found?.schema, 'schema.prisma');
    assert.is(found?.migrations, 'migrations');
  });

  test('runs a configuration whose text does not tell, without any database URL', async () => {
    const root = await project('dynamic', {
      'prisma.config.mjs': [
        "import { writeFileSync } from 'node:fs';",
        "writeFileSync(new URL('./seen.json', import.meta.url), JSON.stringify(Object.keys(process.env)));",
        "const folder = 'data';",
        'export default { schema: folder + "/schema.prisma", datasource: { url: process.env.APP_URL } };',
      ].join('\n'),
      'data/schema.prisma': SCHEMA,
    });
    process.env.APP_URL = 'postgres://u:p@h/d';
    const found = await source.detect(root);
    delete process.env.APP_URL;
    assert.is(found?.schema, 'data/schema.prisma');
    const { default: seen } = await import(path.join(root, 'seen.json'), { with: { type: 'json' } });
    assert.equal(seen, []);
  });

  test('does not run a configuration whose text tells', async () => {
    const root = await project('static', {
      'prisma.config.ts':
        "import 'a-package-that-is-not-there';\nexport default defineConfig({ schema: './data' });\n",
      'data/a.prisma': SCHEMA,
    });
    const found = await source.detect(root);
    assert.is(found?.schema, 'data');
    assert.is(found?.migrations, 'data/migrations');
  });

  test('a configuration that cannot be evaluated is refused with its own error, without secrets', async () => {
    const root = await project('broken', {
      'prisma.config.mjs': "throw new Error('no access to postgres://app:hunter2@db/shop');\n",
    });
    const error = await refusal(root);
    assert.is(error.code, 'SOURCE_INVALID');
    assert.match(error.why ?? '', 'no access to');
    assert.not.match(JSON.stringify([error.message, error.why, error.next]), 'hunter2');
  });

  test('a configuration that does not end is ended', async () => {
    const root = await project('endless', {
      'prisma.config.mjs': 'await new Promise(() => setInterval(() => {}, 1000));\n',
    });
    const started = performance.now();
    try {
      await runConfig(path.join(root, 'prisma.config.mjs'), 1500);
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof DbsyncError && error.code === 'SOURCE_INVALID', String(error));
      assert.match(error.why ?? '', /within 1500 ms/);
    }
    assert.ok(performance.now() - started < 10_000);
  });

  test('a schema that is named but missing, and a provider that nobody supports, are refused', async () => {
    const missing = await project('missing', { 'package.json': '{"prisma":{"schema":"gone.prisma"}}' });
    assert.is((await refusal(missing)).code, 'SOURCE_INVALID');
    const mongo = await project('mongo', { 'schema.prisma': SCHEMA.replace('sqlite', 'mongodb') });
    assert.is((await refusal(mongo)).code, 'SOURCE_UNSUPPORTED');
  });

  test('two datasource blocks are refused', async () => {
    const root = await project('twice', {
      'package.json': '{"prisma":{"schema":"db"}}',
      'db/a.prisma': SCHEMA,
      'db/b.prisma': SCHEMA,
    });
    assert.match((await refusal(root)).message, /a\.prisma and another in db\/b\.prisma/);
  });
});

spec('prisma files', ({ test }) => {
  test('the datasource block is read past comments and braces in strings', () => {
    const block = datasourceOf({
      path: 's.prisma',
      content: [
        '/// datasource db { provider = "mysql" }',
        'datasource db {',
        '  provider = "postgresql" // provider = "sqlite"',
        '  url = "postgres://u:p}@h/d"',
        '  directUrl = env("DIRECT")',
        '  schemas = ["a", "b"]',
        '}',
      ].join('\n'),
    });
    assert.is(block?.provider, 'postgresql');
    assert.equal(block?.url, { literal: 'postgres://u:p}@h/d' });
    assert.equal(block?.directUrl, { variable: 'DIRECT' });
    assert.equal(block?.schemas, ['a', 'b']);
  });

  test('who keeps relations whole is read by its older name too', () => {
    const modeIn = (line: string): unknown =>
      datasourceOf({ path: 's.prisma', content: `datasource db {\n  provider = "mysql"\n  ${line}\n}\n` })
        ?.relationMode;
    assert.is(modeIn('relationMode = "prisma"'), 'prisma');
    assert.is(modeIn('referentialIntegrity = "prisma"'), 'prisma');
    assert.is(modeIn(''), null);
  });

  const UNCLEAR: readonly string[] = [
    'export default defineConfig({ ...base, schema: "a" })',
    'export default defineConfig({ schema })',
    'export default defineConfig({ schema: `a/$' + '{b}` })',
    'export default defineConfig({ migrations: shared })',
    'export default defineConfig({ migrations: { path: dir } })',
    'export default defineConfig({ tables: { external: names } })',
    'export default config',
    'export default defineConfig(process.env.CI ? a : b)',
  ];
  for (const text of UNCLEAR) {
    test(`a configuration that only running it tells: ${text}`, () => {
      assert.is(readConfigText(text), null);
    });
  }

  for (const [title, text] of [
    ['join', "export default { schema: path.join(__dirname, '..', 'db', 'a.prisma') }"],
    ['resolve', "export default { schema: resolve(import.meta.dirname, '../db/a.prisma') }"],
    [
      'a folder of its own making',
      "const __dirname = path.dirname(fileURLToPath(import.meta.url))\nexport default { schema: path.join(__dirname, '../db/a.prisma') }",
    ],
  ] as const) {
    test(`a path from the configuration's own folder is read from its text: ${title}`, () => {
      assert.is(path.posix.normalize(readConfigText(text)?.schema ?? ''), '../db/a.prisma');
    });
  }

  test('a path whose start is not known is not guessed', () => {
    for (const text of [
      "const __dirname = path.resolve('..')\nexport default { schema: path.join(__dirname, 'a.prisma') }",
      "export default { schema: path.join(process.cwd(), 'a.prisma') }",
      "export default { schema: path.resolve('db', '/a.prisma') }",
    ])
      assert.is(readConfigText(text), null);
  });

  test('a configuration in plain values is read from its text', () => {
    const text =
      "/* { */ module.exports = { 'schema': 'x.prisma', tables: { external: ['a.b', \"c\"] }, datasource: { url: f({}) } }";
    assert.equal(readConfigText(text), {
      schema: 'x.prisma',
      migrations: null,
      hasDatasource: true,
      externalTables: ['a.b', 'c'],
      externalEnums: [],
    });
  });

  const RANGES: readonly (readonly [string, string | null])[] = [
    ['^6.19.0', '6.19.0'],
    ['~5', '5.0.0'],
    ['>=7.1 <8', '7.1.0'],
    ['8.0.0-rc.19', '8.0.0-rc.19'],
    ['npm:prisma@7.2.1', '7.2.1'],
    ['workspace:*', null],
    ['catalog:', null],
    ['latest', null],
  ];
  for (const [range, lowest] of RANGES) {
    test(`the lowest version of ${range}`, () => assert.is(lowestOf(range), lowest));
  }
});
