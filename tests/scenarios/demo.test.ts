// The tour as a person starts it: every station shows what it says, it ends well, and nothing of it is left behind.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { STATIONS } from '../demo/stations.ts';
import { spec } from '../helpers/spec.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** What must be read at a station, by its title; the codes are dbsync's own words. */
const SHOWN: readonly (readonly [title: string, ...words: readonly string[]])[] = [
  ['Where does production stand?', 'prod: 3 pending migrations', '20260319090547_drop_gift_message'],
  [
    'What would be done, and what could go wrong',
    'x-rename-as-drop-add on column Customer.phone',
    'rows with a value in column Customer.phone: 80',
    'rows with a value in column Order.giftMessage: 33',
    'Backup       needed: data can be lost',
  ],
  ['Rehearsed before anyone is asked', 'reached the predicted schema', 'Holds data  all that the target has'],
  ['Without a terminal there is no approval', 'APPROVAL_REQUIRED, exit code 4'],
  ['The wrong name', 'APPROVAL_NAME_MISMATCH, exit code 4'],
  ['The right name, but nobody at a terminal', 'APPROVAL_NO_TERMINAL, exit code 4'],
  ['An automated agent', 'APPROVAL_AGENT, exit code 4'],
  [
    'The rename is mended, and somebody has been here',
    'column Customer.mobile',
    'DRIFT_COLLIDES, exit code 3',
  ],
  ['Drift that does not collide is left alone', 'view FiveStars', 'APPROVAL_REQUIRED, exit code 4'],
  ['The name alone does not accept a loss', 'sqlite-rebuild-column-lost', 'APPROVAL_HAZARDS, exit code 4'],
  ['The plan is stale', 'add column Book.shelf TEXT', 'PLAN_STALE, exit code 3'],
  ['Applied, with a backup before the first write', 'Applied: 3 migrations', 'SQLite online'],
  ['The proof', 'staging has exactly the schema that was predicted', '18 migrations recorded as applied'],
  ['What stays behind', '02-migration-plan.html', '03-execution-log.md', '04-post-verify.md'],
];

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  /** What the temporary folder holds afterwards, but for the loader's own cache. */
  readonly left: readonly string[];
}

/** Starts the tour with a temporary folder of its own; `until` stops it when the text has been printed. */
const take = async (args: readonly string[], until?: string): Promise<Ended> => {
  const temporary = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dbsync-test-')));
  const { NODE_OPTIONS: _loader, FORCE_COLOR: _colour, ...variables } = process.env;
  try {
    let output = '';
    let stopped = false;
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'tests/demo/demo.ts', ...args], {
        cwd: root,
        env: { ...variables, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const hear = (data: Buffer): void => {
        output += String(data);
        if (until === undefined || stopped || !output.includes(until)) return;
        stopped = true;
        child.kill('SIGINT');
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('error', reject);
      child.once('close', resolve);
    });
    const left = (await readdir(temporary)).filter((name) => !/^(tsx-|node-compile-cache)/.test(name));
    return { exitCode, output, left };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

/** The text between a station's title and the next one. */
const stationIn = (output: string, title: string): string => {
  const [, after = ''] = output.split(`${title}\n`);
  return after.split(/^=+$/m)[0] ?? '';
};

/** The numbers of the stations, as printed. */
const numbersIn = (output: string): readonly string[] =>
  [...output.matchAll(/^(\d+\/\d+) {2}/gm)].map((match) => match[1] ?? '');

spec('demo', ({ test, before }) => {
  let ended: Ended;
  before(async () => {
    ended = await take([]);
  });

  test('the tour ends well', () => {
    assert.is(ended.exitCode, 0, ended.output);
  });

  test('every station is visited, in order', () => {
    assert.equal(
      numbersIn(ended.output),
      STATIONS.map((_, index) => `${index + 1}/${STATIONS.length}`),
    );
    assert.equal(
      SHOWN.map(([title]) => title),
      STATIONS.map(({ title }) => title),
    );
  });

  for (const [title, ...words] of SHOWN) {
    test(`${title}: its command says so`, () => {
      const text = stationIn(ended.output, title);
      for (const word of words) assert.ok(text.includes(word), `"${word}" is not in:\n${text}`);
    });
  }

  test('a pipe gets no escape sequences', () => {
    assert.not.ok(ended.output.includes('\u001b'));
  });

  test('nothing is left in the temporary folder', () => {
    assert.equal(ended.left, []);
  });

  test('a tour that is interrupted clears up and ends with 130', async () => {
    const cut = await take([], '2/14');
    assert.is(cut.exitCode, 130, cut.output);
    assert.equal(cut.left, []);
    assert.not.ok(cut.output.includes('4/14'));
  });

  test('--step without a terminal is refused before anything is made', async () => {
    const refused = await take(['--step']);
    assert.is(refused.exitCode, 1);
    assert.match(refused.output, 'needs a terminal');
    assert.equal(refused.left, []);
  });
});
