// The build as an installed package: the command runs from it, finds what lies beside its modules, and writes what the sources write.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Artifact } from '../../lib/audit/index.ts';
import { VERSION } from '../../lib/phases/index.ts';
import type { ConnectionCheck } from '../../lib/preflight/model.ts';
import { renderConnectionCheck } from '../../lib/report/index.ts';
import { copyProject } from '../helpers/project.ts';
import { spec } from '../helpers/spec.ts';

const root = path.resolve(import.meta.dirname, '../..');
const { NODE_OPTIONS: _loader, ...environment } = process.env;

const CONFIG = `import { defineConfig } from 'dbsync';
export default defineConfig({
  source: 'prisma',
  environments: { dev: { database: 'sqlite', url: 'file:./shop.db', protected: false, create: true } },
});
`;

interface Built {
  readonly folder: string;
  readonly run: (cwd: string, ...args: readonly string[]) => { status: number | null; stdout: string };
}

/** A folder that holds what the package holds. */
const makePackage = (): Built => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-build-'));
  for (const name of ['node_modules', 'lib', 'templates'])
    symlinkSync(path.join(root, name), path.join(folder, name), 'junction');
  copyFileSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  mkdirSync(path.join(folder, 'bin'));
  const command = path.join(folder, 'bin', 'dbsync.mjs');
  copyFileSync(path.join(root, 'bin', 'dbsync.mjs'), command);
  execFileSync(process.execPath, [path.join(root, '.ci', 'build.mjs'), folder], { env: environment });
  const run: Built['run'] = (cwd, ...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
      cwd,
      env: environment,
      encoding: 'utf8',
    });
    return { status, stdout: stdout + stderr };
  };
  return { folder, run };
};

spec('the build', ({ test, after }) => {
  const built = makePackage();
  after(() => rmSync(built.folder, { recursive: true, force: true }));

  test('has the types of its public door, and its entries', () => {
    for (const file of [
      'lib/index.d.ts',
      'lib/index.js',
      'lib/sources/prisma/engine/worker.js',
      'templates.cjs',
    ])
      assert.ok(existsSync(path.join(built.folder, 'dist', file)), file);
  });

  test('knows its version', () => {
    assert.equal(built.run(built.folder, 'status', '--version').stdout.trim(), VERSION);
  });

  test('brings a database to the code, with a configuration that imports the package', async () => {
    const into = path.join(built.folder, 'project');
    const project = await copyProject('bookshop', { into });
    mkdirSync(path.join(into, 'node_modules'));
    symlinkSync(built.folder, path.join(into, 'node_modules', 'dbsync'), 'junction');
    await project.writeConfig(CONFIG);
    const done = built.run(into, 'sync', '--env', 'dev', '--confirm', 'dev', '--task', 'first');
    assert.is(done.status, 0, done.stdout);
    const run = path.join(into, 'dev', 'active', 'first', 'db');
    const written = readFileSync(path.join(run, '00-connection-check.md'), 'utf8');
    const artifact: Artifact<'connection-check', ConnectionCheck> = JSON.parse(
      readFileSync(path.join(run, 'artifacts', 'connection_check.json'), 'utf8'),
    );
    assert.equal(written, renderConnectionCheck(artifact));
    for (const name of ['02-migration-plan.md', '02-migration-plan.html', '04-post-verify.md'])
      assert.ok(readFileSync(path.join(run, name), 'utf8').length > 500, name);
    assert.match(built.run(into, 'status', '--env', 'dev').stdout, 'dev has every migration');
  });
});
