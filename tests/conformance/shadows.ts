// Conformance: shadow databases and backups. Made, never the target, always dropped; evidence that can be looked at.

import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Session, Shadow, ShadowRequest } from '../../lib/dialects/contract.ts';
import { fingerprint } from '../../lib/schema/index.ts';
import { withShadow } from '../../lib/shadow/index.ts';
import { Secret } from '../../lib/target/index.ts';
import {
  type Bench,
  hold,
  inspect,
  kill,
  type Part,
  printOf,
  reading,
  refusalOf,
  thrownBy,
  writing,
} from './bench.ts';
import { withRows } from './sessions.ts';
import { TIMEOUTS } from './timeouts.ts';

/** What dbsync makes for itself begins with this, in every dialect. */
const OWN = /^dbsync/;

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that a server's own account may enter. */
const openFolder = (): string => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'conform-'));
  folders.push(folder);
  chmodSync(folder, 0o755);
  return folder;
};

const requestOf = async (
  { dialect }: Bench,
  session: Session,
  content: ShadowRequest['content'],
): Promise<ShadowRequest> => ({
  content,
  target: session,
  address: session.address,
  identity: await dialect.identify(session),
  timeouts: TIMEOUTS,
  folder: openFolder(),
});

const isGone = async ({ dialect }: Bench, shadow: Shadow): Promise<boolean> =>
  dialect.exists(shadow.address, { ...TIMEOUTS, connectMs: 2000 }).then(
    (there) => !there,
    () => true,
  );

/** Processes that name the folder in their arguments or environment. */
const processesOf = (folder: string): readonly string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid))
    .filter((pid) => {
      try {
        return ['cmdline', 'environ'].some((file) =>
          readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(folder),
        );
      } catch {
        return false;
      }
    });

const made: Part = (bench, { test }) => {
  const { dialect, engine } = bench;

  test('an empty shadow holds nothing, a copy the very structure; both are dropped, also after a throw', async () => {
    const url = await withRows(bench);
    await engine().exec(url, 'CREATE INDEX i ON t (name)');
    await engine().exec(url, 'CREATE VIEW w AS SELECT id FROM t');
    const before = [...(await engine().databases())].sort();
    const structure = await printOf(bench, url);
    for (const content of ['empty', 'copy'] as const) {
      let left: Shadow | null = null;
      const request = await reading(bench, url, async (session) => {
        const wanted = await requestOf(bench, session, content);
        const error = await thrownBy(() =>
          withShadow(dialect, wanted, async ({ session: inside, shadow }) => {
            left = shadow;
            const found = await dialect.inspect(inside, { ignore: [] });
            if (content === 'copy') assert.is(fingerprint(found), structure);
            else assert.not.ok(found.objects.some(({ kind }) => kind === 'table' || kind === 'view'));
            if (shadow.holdsData) assert.is((await inside.raw('SELECT id FROM t')).rows.length, 2);
            await inside.execute('CREATE TABLE scratch (id integer)');
            throw new Error('the work fails');
          }),
        );
        if (!(error instanceof Error && error.message === 'the work fails')) throw error;
        return wanted;
      });
      const shadow = left as Shadow | null;
      if (!shadow) throw new Error('no shadow was made');
      assert.ok(await isGone(bench, shadow), 'it is gone');
      await shadow.drop();
      assert.equal(readdirSync(request.folder), [], 'its folder is empty');
      assert.equal([...(await engine().databases())].sort(), before);
      assert.is(await printOf(bench, url), structure, 'the target is as it was');
      assert.not.match(JSON.stringify([shadow.description, shadow.caveats]), /:\/\//);
    }
  });

  test('the target itself is refused as a shadow, by any spelling, and nothing in it is touched', async () => {
    const url = await withRows(bench);
    const before = await printOf(bench, url);
    await reading(bench, url, async (session) => {
      for (const spelling of [url, engine().alias(url)]) {
        for (const content of ['empty', 'copy'] as const) {
          const wanted = { ...(await requestOf(bench, session, content)), shadowUrl: new Secret(spelling) };
          const error = await refusalOf(() => dialect.createShadow(wanted));
          assert.is(error.code, 'SHADOW_IS_TARGET');
        }
      }
    });
    assert.is(await printOf(bench, url), before);
  });

  test('an offered database that holds anything is refused; an empty one is left as it was found', async () => {
    const url = await withRows(bench);
    const full = await withRows(bench);
    const empty = await engine().fresh();
    const emptyPrint = await printOf(bench, empty);
    await reading(bench, url, async (session) => {
      const wanted = await requestOf(bench, session, 'copy');
      const error = await refusalOf(() => dialect.createShadow({ ...wanted, shadowUrl: new Secret(full) }));
      assert.is(error.code, 'SHADOW_UNAVAILABLE');
      await withShadow(dialect, { ...wanted, shadowUrl: new Secret(empty) }, async (open) => {
        assert.is(
          fingerprint(await dialect.inspect(open.session, { ignore: [] })),
          await printOf(bench, url),
        );
      });
    });
    assert.is(await printOf(bench, empty), emptyPrint);
    assert.ok((await inspect(bench, full)).objects.some(({ name }) => name === 't'));
  });

  test('after kill -9 nothing is left but what bears our name, and no process', async () => {
    if (process.platform !== 'linux') return;
    const url = await withRows(bench);
    const before = new Set(await engine().databases());
    const folder = openFolder();
    await kill(await hold(bench, 'shadow', { url, folder }));
    for (let round = 0; round < 100 && processesOf(folder).length > 0; round += 1) await sleep(100);
    assert.equal(processesOf(folder), []);
    // tsx keeps its cache in the temporary folder of the child.
    const left = readdirSync(folder).filter((name) => !name.startsWith('tsx-'));
    assert.equal(
      left.filter((name) => !OWN.test(name)),
      [],
    );
    const more = (await engine().databases()).filter((name) => !before.has(name));
    assert.equal(
      more.filter((name) => !OWN.test(name)),
      [],
    );
    assert.is((await inspect(bench, url)).objects.filter(({ kind }) => kind === 'table').length, 1);
  });
};

const backups: Part = (bench, { test }) => {
  const { dialect, engine } = bench;

  test('a backup is there, is what its evidence says, verified, and private; a second never replaces it', async () => {
    const url = await withRows(bench);
    for (const sql of engine().awkward) await engine().exec(url, sql);
    const folder = path.join(openFolder(), 'deeper');
    await reading(bench, url, async (session) => {
      const identity = await dialect.identify(session);
      const request = { session, identity, folder, name: 'dev-1', timeouts: TIMEOUTS };
      const evidence = await dialect.backup(request);
      const bytes = readFileSync(evidence.file);
      assert.is(bytes.length, evidence.bytes);
      assert.is(createHash('sha256').update(bytes).digest('hex'), evidence.sha256);
      assert.ok(evidence.verified.length > 0 && evidence.restore !== '');
      assert.is(statSync(evidence.file).mode & 0o077, 0);
      assert.is(path.dirname(evidence.file), folder);
      const again = await dialect.backup(request).catch((error: unknown) => error);
      if (again instanceof Error) assert.is('code' in again && again.code, 'BACKUP_FAILED');
      else assert.is.not((again as { file: string }).file, evidence.file);
      assert.is(createHash('sha256').update(readFileSync(evidence.file)).digest('hex'), evidence.sha256);
    });
  });

  test('a backup that cannot be written is BACKUP_FAILED, and leaves the target and no file behind', async () => {
    const url = await withRows(bench);
    const file = path.join(openFolder(), 'a-file');
    writeFileSync(file, '');
    await writing(bench, url, async (session) => {
      const identity = await dialect.identify(session);
      const request = {
        session,
        identity,
        folder: path.join(file, 'below'),
        name: 'dev',
        timeouts: TIMEOUTS,
      };
      assert.is((await refusalOf(() => dialect.backup(request))).code, 'BACKUP_FAILED');
      assert.is((await session.raw('SELECT id FROM t')).rows.length, 2);
    });
  });
};

export const shadows: Part = (bench, tools) => {
  for (const part of [made, backups]) part(bench, tools);
};
