// A development database that is dropped and made anew: let pass where it is empty and may be created, blocked where it holds anything.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { copyProject } from '../helpers/project.ts';
import { code, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const server = await startPostgres();

spec('a database made anew', ({ test, skip, after }) => {
  after(() => server?.stop());
  if (!server) {
    skip('everything', NO_SERVER);
    return;
  }

  test('PostgreSQL: empty and with create: true it is remembered anew; else --accept-identity is asked for', async () => {
    const url = server.urlOf('anew');
    const scene = { environment: { SHOP_URL: url } };
    const project = await copyProject('bookshop-postgres');
    const config = (create: boolean): string =>
      `export default { source: 'prisma', environments: { dev: { database: 'postgres', urlVariable: 'SHOP_URL', protected: false, create: ${create} } } };\n`;
    const again = async (content: string | null): Promise<void> => {
      await withSession(server.url, (session) => session.execute('DROP DATABASE IF EXISTS anew'));
      await withSession(server.url, (session) => session.execute('CREATE DATABASE anew'));
      if (content !== null) await withSession(url, (session) => session.execute(content));
    };
    const preflight = (task: string, more = {}) => run(project.root, 'preflight', { task, ...more }, scene);
    const identity = (outcome: Awaited<ReturnType<typeof preflight>>) =>
      (outcome.data as { checks: { id: string; status: string; code?: string }[] }).checks.find(
        (check) => check.id === 'identity',
      );
    try {
      await project.writeConfig(config(true));
      await again(null);
      assert.is(identity(await preflight('first'))?.status, 'ok');
      await again(null);
      assert.is(identity(await preflight('second'))?.status, 'warning');
      assert.is(identity(await preflight('third'))?.status, 'ok');
      await again('CREATE TABLE somebodys (id INT)');
      assert.is(identity(await preflight('fourth'))?.code, 'IDENTITY_CHANGED');
      const strict = { config: 'strict.config.ts' };
      await writeFile(path.join(project.root, strict.config), config(false));
      await again(null);
      assert.is(identity(await preflight('fifth', strict))?.code, 'IDENTITY_CHANGED');
      assert.is(
        await code(project.root, 'sync', { task: 'sixth', confirm: 'dev', ...strict }, scene),
        'IDENTITY_CHANGED',
      );
    } finally {
      await project.remove();
    }
  });

  test('PostgreSQL: nothing is planned for, and nothing recorded in, another database than the remembered one', async () => {
    const urls = [await server.createDatabase(), await server.createDatabase()] as const;
    const scene = (url: string) => ({ environment: { SHOP_URL: url } });
    const project = await copyProject('bookshop-postgres');
    try {
      await project.writeConfig(
        `export default { source: 'prisma', environments: { dev: { database: 'postgres', urlVariable: 'SHOP_URL', protected: false } } };\n`,
      );
      const first = await run(project.root, 'plan', { task: 'first' }, scene(urls[0]));
      assert.is(first.exitCode, 0);
      for (const phase of ['plan', 'diff'] as const)
        assert.is(await code(project.root, phase, { task: 'other' }, scene(urls[1])), 'IDENTITY_CHANGED');
      const last = '20260218093055_gifts_and_categories';
      assert.is(await code(project.root, 'recover', { baseline: last }, scene(urls[1])), 'IDENTITY_CHANGED');
      assert.is((await run(project.root, 'status', {}, scene(urls[1]))).exitCode, 3);
      assert.is((await run(project.root, 'status', {}, scene(urls[0]))).exitCode, 0);
      const meant = await run(project.root, 'plan', { task: 'other', acceptIdentity: true }, scene(urls[1]));
      assert.is(meant.exitCode, 0);
      assert.is((await run(project.root, 'plan', { task: 'third' }, scene(urls[1]))).exitCode, 0);
    } finally {
      await project.remove();
    }
  });
});
