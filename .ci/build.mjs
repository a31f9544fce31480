// Makes dist/: types by the compiler; the modules of lib/ in few files, because Node takes longer to find and open four hundred
// than to run what is in them; and the templates as the functions that nunjucks would compile them to in every process.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import nunjucks from 'nunjucks';

const root = path.resolve(import.meta.dirname, '..');
/** Of this repository, or of the folder that is named. */
const dist = path.join(path.resolve(process.argv[2] ?? root), 'dist');

/** What is started or imported by its path keeps its place; everything else is where esbuild puts it. */
const ENTRIES = [
  'lib/index.ts',
  'lib/cli/command.ts',
  'lib/sources/prisma/bridge/serve.ts',
  'lib/sources/prisma/engine/worker.ts',
  // For the benchmarks, which measure parts of a run.
  'lib/cli/engine.ts',
  'lib/dialects/registry.ts',
  'lib/plan/lint.ts',
  'lib/schema/index.ts',
  'lib/target/index.ts',
];

/** A module finds what lies beside it by where it would be if every module kept its place. */
const keepPlaces = {
  name: 'keep-places',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]lib[\\/].*\.ts$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      if (!text.includes('import.meta.')) return null;
      const own = path.relative(root, file).split(path.sep).join('/').replace(/\.ts$/, '.js');
      const url = `import.meta.url.replace(/(.*\\/dist\\/).*/s, ${JSON.stringify(`$1${own}`)})`;
      const contents = text
        .replaceAll('import.meta.url', `(${url})`)
        .replaceAll(
          'import.meta.dirname',
          `process.getBuiltinModule('node:url').fileURLToPath(new URL('.', ${url})).slice(0, -1)`,
        );
      return { contents, loader: 'ts' };
    }),
};

/** A file of the package. */
const valibot = (file) => path.join(root, 'node_modules', 'valibot', file);

/** Of this package a few functions are used; its one file is longer than all that a small task loads beside it. */
const inParts = {
  name: 'in-parts',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^valibot$/ }, () => ({ path: valibot('dist/index.mjs'), sideEffects: false })),
};

const types = () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
  const { bin } = JSON.parse(readFileSync(tsc, 'utf8'));
  const program = path.join(path.dirname(tsc), bin.tsc);
  const args = ['-p', 'tsconfig.build.json', '--outDir', dist];
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The types could not be written.');
};

const modules = () =>
  build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: dist,
    outbase: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    // A process reads every byte of what it loads before it does anything. DBSYNC_DEBUG gives the sources' names and lines.
    minify: true,
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [keepPlaces, inParts],
    logLevel: 'warning',
  });

const templates = () => {
  const folder = path.join(root, 'templates');
  // As in lib/report/render.ts; whether values are escaped is decided when a template is rendered.
  const env = new nunjucks.Environment(null, {
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  const wrapper = ([{ name, template }]) => `${JSON.stringify(name)}: (() => {${template}\n})(),\n`;
  const compiled = readdirSync(folder)
    .filter((name) => name.endsWith('.njk'))
    .map((name) =>
      nunjucks.precompileString(readFileSync(path.join(folder, name), 'utf8'), { name, env, wrapper }),
    );
  writeFileSync(path.join(dist, 'templates.cjs'), `module.exports = {\n${compiled.join('')}};\n`);
};

rmSync(dist, { recursive: true, force: true });
types();
await modules();
// Its licence goes where its code goes.
copyFileSync(valibot('LICENSE.md'), path.join(dist, 'LICENSE.valibot.md'));
templates();
