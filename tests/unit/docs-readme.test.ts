// The README and the reference name only what exists: tasks, npm scripts, options, pages, databases and sources.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ARTIFACT_FILES } from '../../lib/audit/index.ts';
import { helpOf, TASKS } from '../../lib/cli/help.ts';
import { judgeConfig } from '../../lib/config/judge.ts';
import { parseConfig } from '../../lib/config/parse.ts';
import { dialectNames } from '../../lib/dialects/registry.ts';
import { PHASES, type PhaseName } from '../../lib/phases/index.ts';
import { sourceNames } from '../../lib/sources/registry.ts';
import { spec } from '../helpers/spec.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const pages = [
  'README.md',
  ...readdirSync(path.join(root, 'reference'), { recursive: true })
    .map((name) => path.posix.join('reference', String(name).split(path.sep).join('/')))
    .filter((name) => name.endsWith('.md')),
];
const text = new Map(pages.map((page) => [page, read(page)]));

/** Every match of a pattern's first group, with the page that it stands in. */
const found = (pattern: RegExp): readonly (readonly [page: string, name: string])[] =>
  [...text].flatMap(([page, content]) =>
    [...content.matchAll(pattern)].map(([, name = '']) => [page, name] as const),
  );

const helpText = (Object.keys(PHASES) as PhaseName[]).flatMap(helpOf).join('\n');
const knownOptions = new Set(helpText.match(/--[a-z][a-z-]*/g));

/** The anchors of a page, as its headings make them. */
const anchorsOf = (content: string): ReadonlySet<string> =>
  new Set(
    [...content.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );

const scriptsOf = (manifest: unknown): readonly string[] =>
  manifest !== null && typeof manifest === 'object' && 'scripts' in manifest
    ? Object.keys(manifest.scripts ?? {})
    : [];

spec('docs: README and reference', ({ test }) => {
  test('there are pages to judge', () => {
    assert.ok(pages.length > 12, pages.join(' '));
  });

  test('every task that is named exists, in each of its three doors', () => {
    const named = [...found(/\btasks\/([a-z]+)\.ts/g), ...found(/npx dbsync ([a-z]+)/g)];
    assert.ok(named.length > 30);
    for (const [page, name] of named) {
      assert.ok(existsSync(path.join(root, 'tasks', `${name}.ts`)), `${page}: ${name}`);
      // A source's own command line is a door as well (`dbsync <tool> -- ...`).
      assert.ok(Object.hasOwn(TASKS, name) || sourceNames().includes(name), `${page}: ${name}`);
    }
  });

  test('every npm script that is named exists', () => {
    const scripts = scriptsOf(JSON.parse(read('package.json')));
    const named = found(/\bnpm run ([a-z][\w:-]*)/g).filter(([page]) => page === 'README.md');
    assert.ok(named.length > 0);
    for (const [page, name] of named) assert.ok(scripts.includes(name), `${page}: npm run ${name}`);
    assert.ok(scripts.includes('test'));
  });

  test('the two commands for a fresh clone stand in the README, and their environment is configured', () => {
    const readme = text.get('README.md') ?? '';
    assert.match(readme, /^npm ci && npx zx tasks\/sync\.ts --env dev --confirm dev$/m);
    assert.match(readme, /^npm test$/m);
    assert.match(read('dbsync.config.ts'), /^ {4}dev: \{$/m);
  });

  test("every option of the README's table and commands is in the help", () => {
    const readme = text.get('README.md') ?? '';
    const table = (readme.split('\n## Options\n')[1] ?? '').split('\n## ')[0] ?? '';
    const listed = new Set(
      [...table.matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell = '']) => cell.match(/--[a-z][a-z-]*/g) ?? []),
    );
    assert.ok(listed.size > 12, [...listed].join(' '));
    for (const option of listed) assert.ok(knownOptions.has(option), option);
    for (const option of knownOptions) {
      assert.ok(readme.includes(`\`${option}`) || option === '--help', `${option} is not in the README`);
    }
  });

  test('every option behind a command of ours is in the help', () => {
    for (const [page, line] of found(/(?:npx zx tasks\/|npx dbsync )([^`\n]*)/g)) {
      for (const option of line.match(/--[a-z][a-z-]*/g) ?? [])
        assert.ok(knownOptions.has(option), `${page}: ${option}`);
    }
  });

  test('every link leads to a file, and every anchor to a heading', () => {
    const links = found(/\]\(([^)\s]+)\)/g).filter(([, link]) => !/^https?:/.test(link));
    assert.ok(links.length > 40);
    for (const [page, link] of links) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
      assert.ok(existsSync(path.join(root, target)), `${page}: ${link}`);
      if (anchor !== undefined) assert.ok(anchorsOf(read(target)).has(anchor), `${page}: ${link}`);
    }
  });

  test('every page is reachable from the index', () => {
    const index = text.get('reference/README.md') ?? '';
    for (const page of pages.filter((name) => name !== 'README.md' && name !== 'reference/README.md')) {
      assert.ok(index.includes(`](${page.slice('reference/'.length)})`), page);
    }
  });

  test('the indexes of dialects and sources have a row for each name of the registry', () => {
    const indexes = [
      ['reference/dialects/README.md', dialectNames()],
      ['reference/sources/README.md', sourceNames()],
    ] as const;
    for (const [page, names] of indexes) {
      assert.ok(names.length > 0, page);
      const rows = [...(text.get(page) ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
      for (const name of names) assert.ok(rows.includes(name), `${page}: ${name}`);
    }
  });

  test('the rooms of the architecture are those of its test, in their order', () => {
    const list = /const ROOMS = \[([\s\S]*?)\];/.exec(read('tests/architecture.test.ts'))?.[1] ?? '';
    const rooms = [...list.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
    assert.ok(rooms.length > 15);
    const rows = [...(text.get('reference/architecture.md') ?? '').matchAll(/^\| (\d+) \| `(\w+)` \|/gm)];
    assert.equal(
      rows.map(([, number, name]) => `${number} ${name}`),
      rooms.map((name, index) => `${index + 1} ${name}`),
    );
  });

  test('the artifacts of the architecture are those that are written', () => {
    const rows = [
      ...(text.get('reference/architecture.md') ?? '').matchAll(/^\| `([\w.]+\.json)` \| `([\w-]+)` \|/gm),
    ];
    assert.equal(Object.fromEntries(rows.map(([, file, kind]) => [kind, file])), ARTIFACT_FILES);
  });

  test('the configuration in the README has the environments that its commands name', () => {
    const readme = text.get('README.md') ?? '';
    const example = /```ts\n[\s\S]*?defineConfig\((\{[\s\S]*?\})\);\n```/.exec(readme)?.[1] ?? '';
    // Written with quoted texts and bare keys only, so that it is JSON but for the quotes.
    const json = example
      .replaceAll(/([{,]\s*)(\w+):/g, '$1"$2":')
      .replaceAll("'", '"')
      .replaceAll(/,(\s*\})/g, '$1');
    const { config, problems } = parseConfig(JSON.parse(json));
    assert.equal(problems, []);
    assert.ok(config);
    if (!config) return;
    assert.equal(judgeConfig(config), []);
    const named = new Set([...readme.matchAll(/--env (\w+)/g)].map(([, name = '']) => name));
    for (const name of named) assert.ok(Object.hasOwn(config.environments, name), name);
  });
});
