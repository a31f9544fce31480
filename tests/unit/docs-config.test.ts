// reference/config.md names every key of the configuration, no other, and its examples are configurations that are accepted.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { DEFAULT_TIMEOUTS } from '../../lib/config/index.ts';
import { judgeConfig, literalSecrets } from '../../lib/config/judge.ts';
import { parseConfig } from '../../lib/config/parse.ts';
import { spec } from '../helpers/spec.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const page = readFileSync(path.join(root, 'reference/config.md'), 'utf8');
const types = readFileSync(path.join(root, 'lib/config/define.ts'), 'utf8');

/** The last part of every key that a table of the page has a row for: `timeouts.lockMs` is lockMs. */
const documented = [...page.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, key = '']) => key);
const lastPart = (key: string): string => key.split('.').at(-1) ?? '';

/** The members of the configuration's types, without the containers that only hold further keys. */
const CONTAINERS: ReadonlySet<string> = new Set(['timeouts', 'shadow', 'backup', 'compatibility', 'tool']);
const declared = [...new Set([...types.matchAll(/readonly (\w+)\??:/g)].map(([, key = '']) => key))].filter(
  (key) => !CONTAINERS.has(key),
);

const examples = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

spec('docs: configuration', ({ test, before, after }) => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-docs-config-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('every key of the types has a row, and every row a key', () => {
    assert.ok(declared.length > 20, `${declared.length} keys were read from define.ts`);
    assert.equal([...new Set(documented.map(lastPart))].sort(), [...declared].sort());
  });

  test('every key has a row once', () => {
    assert.equal(documented.length, new Set(documented).size);
  });

  test('the defaults of the timeouts are those of the program', () => {
    for (const [key, value] of Object.entries(DEFAULT_TIMEOUTS)) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`timeouts.${key}\``)) ?? '';
      assert.is(row.split('|')[3]?.trim(), value.toLocaleString('en-US'), key);
    }
  });

  test('every example is accepted, without a single problem', async () => {
    assert.ok(examples.length >= 3);
    const define = pathToFileURL(path.join(root, 'lib/config/define.ts')).href;
    for (const [index, text] of examples.entries()) {
      assert.match(text, /export default defineConfig\(/);
      const file = path.join(folder, `example-${index}.mts`);
      writeFileSync(file, text.replace("from 'dbsync'", `from '${define}'`));
      const module: { default: unknown } = await import(pathToFileURL(file).href);
      const { config, problems } = parseConfig(module.default);
      assert.equal([...problems, ...literalSecrets(module.default)], [], `example ${index + 1}`);
      assert.ok(config);
      if (config) assert.equal(judgeConfig(config), [], `example ${index + 1}`);
    }
  });

  test('together the examples use every key', () => {
    const used = examples.join('\n');
    assert.equal(
      declared.filter((key) => !new RegExp(`\\b${key}:`).test(used)),
      [],
    );
  });
});
