// The screen: no line wider than the terminal, no colour where none is wanted, no name that moves the cursor.
import * as assert from 'uvu/assert';
import { hanging, padTo, table, widthOf, wrap } from '../../lib/cli/layout.ts';
import { errorBlock, facts, heading, question } from '../../lib/cli/output.ts';
import { summaryOfPlan } from '../../lib/cli/plan-summary.ts';
import { linesOf } from '../../lib/cli/screen.ts';
import { type Style, type StyleVariables, style } from '../../lib/cli/style.ts';
import {
  summaryOfApproval,
  summaryOfExecution,
  summaryOfPreflight,
  summaryOfRehearsal,
  summaryOfStatus,
  summaryOfVerification,
} from '../../lib/cli/summaries.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { hazardId } from '../../lib/risk/index.ts';
import {
  approvalOf,
  checkOf,
  executionOf,
  HOSTILE,
  PLAN_HASH,
  planOf,
  rehearsalOf,
  targetOf,
  verificationOf,
} from '../cases/report-artifacts.ts';
import { spec } from '../helpers/spec.ts';

const plainAt = (columns: number): Style => style({ columns }, { LANG: 'C.UTF-8' });
const colouredAt = (columns: number): Style => style({ columns, isTTY: true }, { LANG: 'C.UTF-8' });
const COMMAND =
  '$ npx zx tasks/approve.ts --env production --task a-very-long-task-name-that-does-not-fit --confirm production';
const place = { document: 'dev/active/drop-nickname/db/02-migration-plan.md' };

const failure = (name: string): DbsyncError =>
  new DbsyncError('APPLY_PARTIAL', {
    summary: `The plan failed on ${name}:\n  the second migration`,
    why: 'NOT NULL constraint failed, after two statements were committed.',
    next: ['Look at what happened:', `> 5 | INSERT INTO ${'x'.repeat(150)}\n    | ^`, COMMAND],
  });

const screens = (name: string, made: Style): Readonly<Record<string, readonly string[]>> => ({
  plan: summaryOfPlan(made, { plan: planOf(name), hash: PLAN_HASH }, place),
  preflight: summaryOfPreflight(made, checkOf(name), place),
  rehearsal: summaryOfRehearsal(
    made,
    { ...rehearsalOf(name, PLAN_HASH), outcome: 'failed', failure: `${name}\n  ^ here` },
    place,
  ),
  approval: summaryOfApproval(made, approvalOf(name, PLAN_HASH), place),
  execution: summaryOfExecution(made, executionOf(name, PLAN_HASH), place),
  verification: summaryOfVerification(
    made,
    { verification: verificationOf(name), target: targetOf(name) },
    place,
  ),
  status: summaryOfStatus(made, {
    target: targetOf(name),
    source: 'Prisma 7.10.1',
    applied: ['20261001080000_init'],
    pending: [name, '20261115103000_drop_nickname'],
    problems: [`the file of ${name} was edited`],
    unfinished: `a run on ${name} was not finished`,
    next: ['Then:', COMMAND],
  }),
  error: errorBlock(made, failure(name)),
  heading: heading(made, `Changes of ${name}`),
});

const isCommand = (line: string): boolean => /^ {2}\$ /.test(line);

const COLOURS: readonly (readonly [string, boolean, StyleVariables, boolean])[] = [
  ['a terminal has colours', true, {}, true],
  ['a pipe has none', false, {}, false],
  ['NO_COLOR takes them', true, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR means nothing', true, { NO_COLOR: '' }, true],
  ['a dumb terminal has none', true, { TERM: 'dumb' }, false],
  ['FORCE_COLOR gives them to a pipe', false, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0 takes them', true, { FORCE_COLOR: '0' }, false],
  ['FORCE_COLOR is stronger than NO_COLOR, as in Node', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
];

const WIDTHS: readonly (readonly [number | undefined, number])[] = [
  [undefined, 80],
  [0, 80],
  [19, 80],
  [20, 20],
  [80, 80],
  [120, 120],
  [300, 120],
];

spec('cli: style', ({ test }) => {
  for (const [title, isTTY, variables, wanted] of COLOURS) {
    test(title, () => {
      const made = style({ isTTY }, variables);
      assert.is(made.colour, wanted);
      assert.is(made.paint('bad', 'x'), wanted ? '\u001b[31mx\u001b[39m' : 'x');
    });
  }
  for (const [columns, wanted] of WIDTHS) {
    test(`${columns} columns are ${wanted}`, () => assert.is(style({ columns }, {}).width, wanted));
  }
  test('a locale without UTF-8 gets ASCII, in symbols and in our own punctuation', () => {
    assert.is(style({}, { LANG: 'C' }).symbols.ok, '+');
    assert.is(style({}, { LANG: 'de_DE.ISO-8859-1' }).plain('a – b → c'), 'a - b -> c');
    assert.is(style({}, { LC_ALL: 'C.UTF-8', LANG: 'C' }).symbols.ok, '✔');
    assert.is(style({}, {}).symbols.ok, '✔');
  });
});

spec('cli: layout', ({ test }) => {
  test('wraps at words, keeps line feeds and their indents, breaks only what is too long', () => {
    assert.equal(wrap('one two three', 7), ['one two', 'three']);
    assert.equal(wrap('one two three', 9, 2), ['  one two', '  three']);
    assert.equal(wrap('a\n  b c', 80), ['a', '  b c']);
    assert.equal(wrap('abcdefghij', 4), ['abcd', 'efgh', 'ij']);
    assert.equal(wrap('', 10), ['']);
    assert.equal(hanging('* ', 'one two', { width: 5 }), ['* one', '  two']);
  });

  test('measures what a terminal shows', () => {
    assert.is(widthOf('名前'), 4);
    assert.is(widthOf('e\u0301'), 1);
    assert.is(widthOf('\u001b[31mred\u001b[39m'), 3);
    assert.is(padTo('名', 4), '名  ');
    assert.is(padTo('7', 3, true), '  7');
  });

  test('a table fits its width, and every cell is still there', () => {
    const rows = [
      ['users', '1,204,333', 'a rather long explanation that must wrap somewhere'],
      ['posts', '12', 'short'],
    ];
    const made = table(rows, { width: 40, indent: 2, right: [1] });
    assert.ok(made.every((line) => widthOf(line) <= 40));
    assert.ok(made[0]?.startsWith('  users  1,204,333  a rather'));
    assert.ok(made.some((line) => line.startsWith('  posts         12  short')));
    assert.is(made.join(' ').replaceAll(/ +/g, ' ').includes('explanation'), true);
  });

  test('a table that is much too wide still fits', () => {
    const made = table([Array.from({ length: 6 }, () => 'x'.repeat(200))], { width: 80 });
    assert.ok(made.every((line) => widthOf(line) <= 80));
  });
});

spec('cli: screens', ({ test }) => {
  for (const width of [40, 80, 120]) {
    for (const [kind, name] of [
      ['harmless', 'users'],
      ['hostile', HOSTILE],
    ] as const) {
      test(`${kind} names at ${width} columns: nothing is too wide, nothing moves the cursor`, () => {
        for (const [title, made] of Object.entries(screens(name, plainAt(width)))) {
          assert.ok(made.length > 1, title);
          for (const line of made) {
            assert.ok(isCommand(line) || widthOf(line) <= width, `${title}: ${line}`);
            assert.not.ok(
              /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(line),
              `${title}: ${JSON.stringify(line)}`,
            );
          }
        }
      });
    }
  }

  test('colour adds escape sequences and nothing else', () => {
    const plain = screens(HOSTILE, plainAt(80));
    const coloured = screens(HOSTILE, colouredAt(80));
    for (const [title, made] of Object.entries(coloured)) {
      assert.equal(
        made.map((line) => line.replaceAll(/\u001b\[\d+m/g, '')),
        plain[title],
        title,
      );
    }
    assert.match(coloured.plan?.join('\n') ?? '', /\u001b\[31m/);
  });

  test('a command stands whole on one line', () => {
    const made = screens('users', plainAt(40));
    assert.ok(made.error?.includes(`  ${COMMAND}`));
    assert.ok(made.status?.includes(`  ${COMMAND}`));
  });

  test('an error says the fact, why, what next, its code and where that is explained', () => {
    const made = screens('users', plainAt(80)).error ?? [];
    assert.equal(made.slice(0, 6), [
      '',
      '✖ The plan failed on users:',
      '    the second migration',
      '  NOT NULL constraint failed, after two statements were committed.',
      '',
      '  Next:',
    ]);
    assert.ok(made.some((line) => line.startsWith('  > 5 | INSERT INTO xxx') && line.endsWith('…')));
    assert.ok(made.includes('      | ^'));
    assert.is(made.at(-1), '  APPLY_PARTIAL, exit code 6. Explained in reference/errors.md#apply_partial');
  });

  test('the plan shows target, work, changes, hazards with evidence and decision, and where to read on', () => {
    const made = (screens('users', plainAt(120)).plan ?? []).join('\n');
    for (const wanted of [
      '2 migrations with 6 statements; 1 destructive hazard needs a decision.',
      'production (protected)',
      '/srv/shop/users.db',
      'Changes (3)',
      '  - drop column users.nickname',
      '  + add column users.email TEXT not null',
      'destructive: sqlite-drop-column on column users.nickname',
      'Evidence: rows where nickname is not null: 1,204',
      'Decision: needs a decision',
      'Not as a whole. Each of the 2 migrations',
      'needed: data can be lost',
      place.document,
    ]) {
      assert.ok(made.includes(wanted), `${wanted} is missing in\n${made}`);
    }
  });

  test('a long plan is shortened, and says by how much', () => {
    const plan = planOf('users');
    const [change] = plan.change.changes;
    const [hazard] = plan.hazards;
    if (!change || !hazard) throw new Error('the cases hold no change or no hazard');
    const long = {
      ...plan,
      change: { ...plan.change, changes: Array.from({ length: 40 }, () => change) },
      hazards: Array.from({ length: 30 }, (_, at) => ({ ...hazard, code: `x-shown-${at}` })),
    };
    const made = summaryOfPlan(plainAt(80), { plan: long, hash: PLAN_HASH }, place).join('\n');
    assert.ok(made.includes('Changes (40)'));
    assert.ok(made.includes('and 25 more in the document'));
    assert.ok(made.includes('and 18 more in the document'));
  });

  test('a code that is met many times is told once, with the names of the others; what waits for a decision is named whole', () => {
    const plan = planOf('users');
    const [hazard] = plan.hazards;
    if (!hazard) throw new Error('the cases hold no hazard');
    const of = (code: string, at: number) => ({
      ...hazard,
      code,
      subject: `column ${code}_${at}`,
      message: `It is the ${code} number ${at}.`,
      severity: 'blocking' as const,
      willFail: false,
    });
    const many = Array.from({ length: 14 }, (_, at) => of('x-allowed', at));
    const open = Array.from({ length: 14 }, (_, at) => of('x-open', at));
    const two = [of('x-two', 0), of('x-two', 1)];
    const decisions = [...many, ...open, ...two].map((one) => ({
      id: hazardId(one),
      code: one.code,
      decision: one.code === 'x-open' ? ('open' as const) : ('allowed' as const),
      by: null,
      reason: null,
    }));
    const made = summaryOfPlan(
      plainAt(100),
      { plan: { ...plan, hazards: [...many, ...open, ...two], decisions }, hash: PLAN_HASH },
      place,
    )
      .join(' ')
      .replaceAll(/\s+/g, ' ');
    assert.is(made.match(/It is the x-allowed number/g)?.length, 1);
    assert.is(made.match(/It is the x-open number/g)?.length, 3);
    assert.is(made.match(/It is the x-two number/g)?.length, 2);
    assert.ok(made.includes('and 13 more of the same (column x-allowed_1, column x-allowed_2,'), made);
    assert.not.ok(made.includes('x-allowed_13'));
    assert.ok(made.includes('and 11 more of the same (column x-open_3,'), made);
    assert.ok(made.includes('column x-open_13): see the document'), made);
    assert.not.ok(made.includes('more in the document'), made);
  });

  test('what waits for a decision stands before a long list that is cut short, however slight it is', () => {
    const plan = planOf('users');
    const [hazard] = plan.hazards;
    if (!hazard) throw new Error('the cases hold no hazard');
    const other = (code: string, severity: 'blocking' | 'advice') => ({
      ...hazard,
      code,
      severity,
      willFail: false,
    });
    const shown = Array.from({ length: 30 }, (_, at) => other(`x-shown-${at}`, 'blocking'));
    const open = other('x-open', 'advice');
    const decisions = [...shown, open].map((one) => ({
      id: hazardId(one),
      code: one.code,
      decision: one === open ? ('open' as const) : ('allowed' as const),
      by: null,
      reason: null,
    }));
    const made = summaryOfPlan(
      plainAt(80),
      { plan: { ...plan, hazards: [...shown, open], decisions }, hash: PLAN_HASH },
      place,
    ).join('\n');
    assert.ok(made.includes('x-open'), made);
    assert.ok(made.indexOf('x-open') < made.indexOf('x-shown-0'), made);
    assert.not.ok(made.includes('x-shown-29'));
  });

  test('the execution says what is committed and what is not, and what can be done', () => {
    const made = (screens('users', plainAt(120)).execution ?? []).join('\n');
    assert.ok(made.includes('PARTLY CHANGED: 2 committed, 1 failed, 1 rolled back and 2 not started.'));
    assert.ok(made.includes('2 committed, 1 FAILED, 1 rolled back, 2 not started'));
    assert.ok(made.includes('  $ npx dbsync recover --env production --resume'));
    assert.ok(made.includes('production-20261122.db'));
  });

  test('the verification has a line for each proof', () => {
    const made = screens('users', plainAt(120)).verification ?? [];
    assert.is(made.filter((line) => line.startsWith('  ✔ ')).length, 6);
  });

  test('the excerpt in an error keeps its columns, so that the caret points where it should', () => {
    const summary = 'It fails:\n> 12 | ALTER TABLE users  ADD\n     |              ^';
    const made = errorBlock(plainAt(80), new DbsyncError('REPLAY_FAILED', { summary }));
    assert.equal(made.slice(1, 4), [
      '✖ It fails:',
      '  > 12 | ALTER TABLE users  ADD',
      '       |              ^',
    ]);
  });

  test('status says whether all is well, and the command that continues', () => {
    const clean = {
      target: targetOf('users'),
      source: 'Prisma 7.10.1',
      problems: [],
      unfinished: null,
      next: [],
    };
    const well = summaryOfStatus(plainAt(80), { ...clean, applied: ['a'], pending: [] });
    assert.is(well[0], '✔ production has every migration.');
    assert.ok(well.includes('Applied   1 migration, the last is a'));
    const behind = summaryOfStatus(plainAt(80), {
      ...clean,
      applied: [],
      pending: ['a', 'b'],
      next: ['$ do it'],
    });
    assert.is(behind[0], '⚠ production: 2 pending migrations.');
    assert.is(behind.at(-1), '  $ do it');
  });

  test('nothing pending is not all well where the schema needs more than the migrations bring', () => {
    const first = (data: object): string =>
      linesOf(
        plainAt(200),
        { kind: 'nothing', data: { target: targetOf('users'), task: 't', ...data } },
        '/',
      )[0] ?? '';
    assert.match(
      first({ applied: 3, uncovered: null }),
      /^✔ Nothing to do: production has every migration\./,
    );
    assert.match(first({ applied: 3, uncovered: 'CREATE TABLE t ();' }), /^⚠ Nothing is pending, but /);
    assert.match(
      first({ applied: 0, uncovered: 'CREATE TABLE t ();' }),
      /^⚠ .*the project has no migrations/,
    );
  });

  test('a question breaks at words, and no name from a database moves the cursor in it', () => {
    const lines = question(
      plainAt(40),
      `column ${'\u001b[2J'}x\ny is dropped with all of its values. Accept it, because`,
    ).split('\n');
    assert.ok(lines.length > 1 && lines.every((line) => widthOf(line) <= 40));
    assert.not.match(lines.join(' '), '\u001b');
    assert.match(lines.join(' '), 'because');
  });

  test('facts without a value are left out', () => {
    assert.equal(
      facts(plainAt(80), [
        ['A', 'x'],
        ['Long label', ''],
        ['B', 'y'],
      ]),
      ['A  x', 'B  y'],
    );
  });
});
