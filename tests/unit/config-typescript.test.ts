// The configuration in TypeScript as the built command loads it: in a Node without any loader.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { importTypeScript } from '../../lib/config/typescript.ts';
import { spec } from '../helpers/spec.ts';

const TYPED = "interface Shape { readonly name: string }\nconst made: Shape = { name: 'typed' };\n";

const load = async (files: Readonly<Record<string, string>>, name: string): Promise<unknown> => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-config-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    const module = await importTypeScript(path.join(folder, name));
    return (module as { default: unknown }).default;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The same in a process of its own, where tsx knows this program alone: `[value, standard error]`. */
const loadAlone = (text: string): readonly [unknown, string] => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-config-'));
  try {
    const file = path.join(folder, 'h.config.ts');
    writeFileSync(file, text);
    const program = pathToFileURL(path.resolve(import.meta.dirname, '../../lib/config/typescript.ts')).href;
    const child = `import { tsImport } from 'tsx/esm/api';
      const { importTypeScript } = await tsImport(${JSON.stringify(program)}, import.meta.url);
      console.log(JSON.stringify((await importTypeScript(${JSON.stringify(file)})).default));`;
    const { NODE_OPTIONS: _loader, ...env } = process.env;
    const done = spawnSync(process.execPath, ['--input-type=module', '--eval', child], {
      encoding: 'utf8',
      env,
    });
    return [done.status === 0 ? JSON.parse(done.stdout) : done.stdout, done.stderr];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Interop of the two module systems may leave the value one deeper; `loadConfig` takes both. */
const value = (found: unknown): unknown =>
  found !== null && typeof found === 'object' && 'default' in found ? found.default : found;

spec('a configuration in TypeScript', ({ test }) => {
  test('is loaded with its types, in a folder of ES modules', async () => {
    const files = { 'package.json': '{"type":"module"}', 'a.config.ts': `${TYPED}export default made;\n` };
    assert.equal(value(await load(files, 'a.config.ts')), { name: 'typed' });
  });

  test('is loaded in a folder without a package.json', async () => {
    assert.equal(value(await load({ 'b.config.ts': `${TYPED}export default made;\n` }, 'b.config.ts')), {
      name: 'typed',
    });
  });

  test('may be a CommonJS module', async () => {
    assert.equal(value(await load({ 'c.config.ts': `${TYPED}module.exports = made;\n` }, 'c.config.ts')), {
      name: 'typed',
    });
  });

  test('may have the ending of ES modules', async () => {
    assert.equal(value(await load({ 'd.config.mts': `${TYPED}export default made;\n` }, 'd.config.mts')), {
      name: 'typed',
    });
  });

  test('imports other files of the project, and packages of both kinds', async () => {
    const files = {
      'package.json': '{"type":"module"}',
      'names.ts': 'export const name: string = "from beside";\n',
      'node_modules/modern/package.json':
        '{"name":"modern","type":"module","exports":{".":{"import":"./index.js"}}}',
      'node_modules/modern/index.js':
        'export const wrap = (x) => ({ ...x, modern: import.meta.url !== "" });\n',
      'node_modules/old/package.json': '{"name":"old"}',
      'node_modules/old/index.js': 'exports.mark = "old";\n',
      'e.config.ts':
        "import { mark } from 'old';\nimport { wrap } from 'modern';\nimport { name } from './names.ts';\nexport default wrap({ name, mark });\n",
    };
    assert.equal(value(await load(files, 'e.config.ts')), { name: 'from beside', mark: 'old', modern: true });
  });

  test('may await at its top', async () => {
    const files = {
      'package.json': '{"type":"module"}',
      'f.config.ts': 'const name: string = await Promise.resolve("awaited");\nexport default { name };\n',
    };
    assert.equal(value(await load(files, 'f.config.ts')), { name: 'awaited' });
  });

  test('what is JavaScript too, Node loads by itself, as what it is, and says nothing', () => {
    const text = 'export default { require: typeof require };\n';
    assert.equal(loadAlone(text), [{ require: 'undefined' }, '']);
  });

  test('what is not, goes through tsx', () => {
    assert.equal(loadAlone(`${TYPED}export default made;\n`), [{ name: 'typed' }, '']);
  });

  test('throws what it throws', async () => {
    const files = { 'g.config.ts': "throw new Error('on purpose');\n" };
    try {
      await load(files, 'g.config.ts');
      assert.unreachable();
    } catch (error) {
      assert.match(String(error), 'on purpose');
    }
  });
});
