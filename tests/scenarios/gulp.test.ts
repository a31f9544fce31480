// The tasks in a real gulp 5: series, parallel, a refusal that ends the series.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { copyProject } from '../helpers/project.ts';
import { databaseOf, run, writeSqliteConfig } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const root = path.resolve(import.meta.dirname, '../..');

const gulp = async (project: string, task: string): Promise<{ code: number; output: string }> => {
  const argv = [
    '--import',
    'tsx',
    'node_modules/gulp/bin/gulp.js',
    '--gulpfile',
    'tests/fixtures/gulp/gulpfile.mjs',
    '--cwd',
    root,
    task,
  ];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, argv, {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', PROJECT: project },
      timeout: 120_000,
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
};

spec('gulp', ({ test }) => {
  test('series and parallel run the phases in order; a second run has nothing to do; a refusal ends the series', async () => {
    const project = await copyProject('bookshop');
    try {
      await writeSqliteConfig(project);
      const first = await gulp(project.root, 'default');
      assert.is(first.code, 0, first.output);
      for (const name of ['preflight', 'status', 'plan', 'rehearse', 'approve', 'apply', 'verify']) {
        assert.match(first.output, new RegExp(`Finished '.*${name}`), name);
      }
      assert.ok(existsSync(databaseOf(project)));
      assert.is((await run(project.root, 'status')).changes, false);
      const refused = await gulp(project.root, 'refused');
      assert.is(refused.code, 1);
      assert.match(refused.output, /declares no environment called "nowhere"/);
      assert.not.match(refused.output, /\n\s+at .*\.ts:\d+/);
    } finally {
      await project.remove();
    }
  });
});
