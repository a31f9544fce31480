// Templates of data folders: one installer's run serves many, whoever else is at it, and only a file that is nobody else's is used.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { discard, furnish, templateFile } from '../../lib/dialects/template.ts';
import { spec } from '../helpers/spec.ts';

const CONTENT = 'what an installer writes\n'.repeat(1000);
const repository = path.resolve(import.meta.dirname, '../..');

/** As another process: furnishes the folder, and takes long enough over it for two to meet. */
const RUNNER = `
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { furnish } from './lib/dialects/template.ts';
const [file, folder] = process.argv.slice(1);
void furnish({ file, folder, owner: null }, async () => {
  await sleep(500);
  mkdirSync(folder + '/data');
  writeFileSync(folder + '/data/file', ${JSON.stringify(CONTENT)});
});
`;

const STRANGER = 65_534;

spec('template', ({ test, skip, after }) => {
  if (typeof process.getuid !== 'function') {
    skip('everything', 'files have no owners here');
    return;
  }
  const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'dbsync-test-')));
  after(() => rmSync(root, { recursive: true, force: true }));
  const places = (): { readonly cache: string; readonly file: string } => {
    const cache = mkdtempSync(path.join(root, 'cache-'));
    return { cache, file: path.join(cache, 'dbsync_template_0123.tar') };
  };
  const newFolder = (): string => mkdtempSync(path.join(root, 'folder-'));
  /** Whether the installer ran; the folder is as it makes it in either case. */
  const made = async (file: string | null): Promise<boolean> => {
    const folder = newFolder();
    let ran = false;
    await furnish({ file, folder, owner: null }, async () => {
      ran = true;
      assert.not.ok(existsSync(path.join(folder, 'data')), 'nothing of a bad template is left');
      mkdirSync(path.join(folder, 'data'));
      writeFileSync(path.join(folder, 'data', 'file'), CONTENT);
    });
    assert.is(readFileSync(path.join(folder, 'data', 'file'), 'utf8'), CONTENT);
    return ran;
  };

  test('the installer runs once; later folders come from the file, which nobody else may read', async () => {
    const { cache, file } = places();
    assert.equal([await made(file), await made(file), await made(file)], [true, false, false]);
    assert.equal(readdirSync(cache), [path.basename(file)]);
    assert.is(statSync(file).mode & 0o777, 0o600);
    await discard(file);
    assert.is(await made(file), true);
  });

  test('without a place for it nothing is kept', async () => {
    assert.equal([await made(null), await made(null)], [true, true]);
  });

  test('two processes at once both get a whole folder, and one whole template is left', async () => {
    const { cache, file } = places();
    const folders = [newFolder(), newFolder(), newFolder()];
    const args = ['--import', 'tsx', '--input-type=module', '-e', RUNNER, file];
    const run = promisify(execFile);
    await Promise.all(
      folders.map((folder) => run(process.execPath, [...args, folder], { cwd: repository, timeout: 60_000 })),
    );
    for (const folder of folders) assert.is(readFileSync(path.join(folder, 'data', 'file'), 'utf8'), CONTENT);
    assert.equal(readdirSync(cache), [path.basename(file)]);
    assert.is(await made(file), false);
  });

  test('a damaged file is not used, and made anew', async () => {
    const { file } = places();
    await made(file);
    const good = readFileSync(file);
    const flipped = (place: number): Uint8Array => good.map((byte, at) => (at === place ? byte ^ 255 : byte));
    const [inside, last] = [flipped(good.indexOf('installer')), flipped(good.length - 6)];
    for (const bad of [
      good.subarray(0, good.length / 2),
      inside,
      last,
      Buffer.from(''),
      Buffer.from('text'),
    ]) {
      writeFileSync(file, bad);
      assert.is(await made(file), true);
      assert.is(await made(file), false);
    }
  });

  test('a file that others can write or reach by another name, and a link, are not used', async () => {
    const { cache, file } = places();
    const beside = path.join(cache, 'beside');
    const doors: readonly (() => void)[] = [
      () => chmodSync(file, 0o620),
      () => chmodSync(file, 0o604),
      () => linkSync(file, beside),
      () => {
        writeFileSync(path.join(cache, 'elsewhere'), readFileSync(file), { mode: 0o600 });
        rmSync(file);
        symlinkSync(path.join(cache, 'elsewhere'), file);
      },
    ];
    for (const open of doors) {
      await made(file);
      open();
      assert.is(await made(file), true, String(open));
      assert.ok(lstatSync(file).isFile());
      assert.is(statSync(file).mode & 0o777, 0o600);
      rmSync(beside, { force: true });
    }
  });

  if (process.getuid() === 0) {
    test("another user's file is not used", async () => {
      const { file } = places();
      await made(file);
      chownSync(file, STRANGER, STRANGER);
      assert.is(await made(file), true);
      assert.is(statSync(file).uid, 0);
    });
  } else skip("another user's file is not used", 'needs root');

  test('only so many are kept, drafts of killed runs included; what is not ours stays', async () => {
    const { cache, file } = places();
    const old = (name: string, at: number): string => {
      const place = path.join(cache, name);
      writeFileSync(place, '');
      utimesSync(place, at, at);
      return name;
    };
    old('dbsync_template_draft.tar.0a1b', 1);
    const kept = Array.from({ length: 9 }, (_none, index) => old(`dbsync_template_${index}.tar`, 10 + index));
    const other = old('unrelated.tar', 1);
    if (process.getuid?.() === 0) chownSync(path.join(cache, kept[0] ?? ''), STRANGER, STRANGER);
    await made(file);
    const left = readdirSync(cache);
    assert.ok(left.includes(other));
    assert.not.ok(left.includes('dbsync_template_draft.tar.0a1b'));
    const foreign = process.getuid?.() === 0 ? [kept[0] ?? ''] : [];
    assert.equal(
      left.filter((name) => name.startsWith('dbsync_template_')).sort(),
      [...foreign, ...kept.slice(-7), path.basename(file)].sort(),
    );
  });

  test('other programs, options and owners have other templates; a changed program too', async () => {
    const program = path.join(root, 'program');
    writeFileSync(program, 'one');
    const wish = { programs: [program], options: ['-a'], owner: null };
    const first = await templateFile(wish);
    assert.is(await templateFile(wish), first);
    assert.is.not(await templateFile({ ...wish, options: ['-b'] }), first);
    assert.is.not(await templateFile({ ...wish, owner: { uid: 1, gid: 1 } }), first);
    writeFileSync(program, 'another');
    assert.is.not(await templateFile(wish), first);
  });
});
