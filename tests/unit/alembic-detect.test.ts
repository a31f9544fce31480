// What counts as an Alembic project, read from files alone: every layout that real projects have, and those that are refused.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { optionOf, parseIni, parseToolTable, splitLocations } from '../../lib/sources/alembic/config-file.ts';
import { detect } from '../../lib/sources/alembic/detect.ts';
import { databaseNames, findVariables, namesRead, urlOptions } from '../../lib/sources/alembic/variables.ts';
import { DETECT_CASES } from '../cases/alembic-detect.ts';
import { errorOf, temporary } from '../helpers/alembic.ts';
import { spec } from '../helpers/spec.ts';

const write = (root: string, files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
};

spec('alembic: detection', ({ test }) => {
  for (const given of DETECT_CASES) {
    test(given.title, async () => {
      const root = temporary();
      write(root, given.files);
      if (given.code !== undefined) {
        const error = await errorOf(() => detect(root));
        assert.is(error.code, given.code);
        for (const word of given.names ?? []) assert.match(error.message, word);
        return;
      }
      const found = await detect(root);
      if (given.found === undefined) {
        assert.is(found, null);
        return;
      }
      assert.ok(found);
      assert.is(path.relative(root, found.root) || '.', given.found.root);
      assert.is(found.schema, given.found.schema);
      assert.is(found.migrations, given.found.migrations);
      assert.is(found.config, given.found.config);
      assert.is(found.dialect, given.found.dialect ?? null);
      assert.is(found.version, given.found.version ?? null);
    });
  }

  test('an ini file is read as configparser reads it', () => {
    const text =
      '# note\n[DEFAULT]\nbase = x\n[alembic]\nKey : one\n  two\npath = %(here)s/%(base)s/50%%\nlost = %(nothing)s\n';
    const sections = parseIni(text);
    assert.is(optionOf(sections, 'alembic', 'key', '/h'), 'one\ntwo');
    assert.is(optionOf(sections, 'alembic', 'path', '/h'), '/h/x/50%');
    assert.is(optionOf(sections, 'alembic', 'lost', '/h'), null);
    assert.is(optionOf(sections, 'alembic', 'absent', '/h'), null);
  });

  test('an option that names itself ends', () => {
    assert.is(optionOf(parseIni('[alembic]\na = %(a)s\n'), 'alembic', 'a', '/'), null);
  });

  test('the tool table of a pyproject.toml is read, and only it', () => {
    const text =
      '[project]\nscript_location = "no"\n[tool.alembic]\nscript_location = "%(here)s/m"\nversion_locations = [\n  "a",\n  \'b\',\n]\n[tool.other]\nx = "y"\n';
    const table = parseToolTable(text);
    assert.is(table?.get('script_location'), '%(here)s/m');
    assert.is(table?.get('version_locations'), 'a\nb');
    assert.is(table?.get('x'), undefined);
    assert.is(parseToolTable('[tool.other]\n'), null);
  });

  test('version locations are split by the stated separator, and by spaces and commas without one', () => {
    assert.equal(splitLocations('a b,c', null), ['a', 'b', 'c']);
    assert.equal(splitLocations('a b:c', 'os'), ['a b', 'c']);
    assert.equal(splitLocations('a;b', ';'), ['a', 'b']);
  });

  test('options: what env.py calls the URL in its configuration, and nothing of another service', () => {
    const text =
      'url = options.pop("url"); config.get_main_option("sqlalchemy.url"); section["db_dsn"]; config.get_section_option("alembic", "shop.uri"); config.get_main_option("redis_url"); config.get_main_option("schema"); os.environ["SHOP_URL"]';
    assert.equal([...urlOptions(text)].sort(), ['db_dsn', 'shop.uri', 'sqlalchemy.url', 'url']);
  });

  test('variables: what env.py reads, and the parts of an address, but no other service', async () => {
    const text =
      'os.environ["SHOP_URL"]; os.getenv(\'REDIS_URL\'); os.environ.get("DB_HOST"); config("SENTRY_DSN")';
    assert.equal([...namesRead(text)].sort(), ['DB_HOST', 'REDIS_URL', 'SENTRY_DSN', 'SHOP_URL']);
    const root = temporary();
    write(root, { '.env': 'DATABASE_URL="postgresql+asyncpg://u:secret@h/d"\nexport POSTGRES_SERVER=h\n' });
    const found = await findVariables({
      root,
      envText: text,
      environment: { PGPASSWORD: 'x' },
      stated: ['OURS'],
    });
    const by = new Map(found.map((item) => [item.name, item]));
    assert.is(by.get('SHOP_URL')?.part, 'url');
    assert.is(by.get('OURS')?.part, 'url');
    assert.is(by.get('DB_HOST')?.part, 'host');
    assert.is(by.get('POSTGRES_SERVER')?.part, 'host');
    assert.is(by.get('DATABASE_URL')?.driver, 'asyncpg');
    assert.not.ok(by.has('REDIS_URL') || by.has('SENTRY_DSN') || by.has('PGPASSWORD'));
    assert.not.match(JSON.stringify(found), 'secret');
    const strings = await findVariables({
      root,
      envText: 'os.environ["DATABASE_CONNECTION_STRING"]; os.environ["AZURE_STORAGE_CONNECTION_STRING"]',
      environment: {},
      stated: [],
    });
    assert.is(strings.find(({ name }) => name === 'DATABASE_CONNECTION_STRING')?.part, 'url');
    assert.not.ok(strings.some(({ name }) => name.startsWith('AZURE')));
    assert.equal(databaseNames('os.environ["SHOP_DB"]; os.environ["DEBUG"]'), ['SHOP_DB']);
    assert.equal(databaseNames('os.environ["STORE"]'), ['STORE']);
  });
});
