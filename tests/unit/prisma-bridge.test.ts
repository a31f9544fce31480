// The bridge's reading of what Prisma's command lines say, and what counts as covered by the migrations. Pure parts; the whole is in
// tests/scenarios/prisma-interop.test.ts.
import * as assert from 'uvu/assert';
import { parseArguments } from '../../lib/cli/arguments.ts';
import { optionsOf } from '../../lib/cli/help.ts';
import { SCAN_RULES } from '../../lib/dialects/postgres/rules.ts';
import { isCovered } from '../../lib/sources/contract.ts';
import { bridgeArguments } from '../../lib/sources/prisma/bridge/arguments.ts';
import { chosenSchema } from '../../lib/sources/prisma/bridge/launch.ts';
import { placeOf } from '../../lib/sources/prisma/bridge/place.ts';
import { keptBecause, sortStatements, type Unsayable } from '../../lib/sources/prisma/uncovered.ts';
import { openSecret } from '../../lib/target/index.ts';
import { spec } from '../helpers/spec.ts';

const place = (argv: readonly string[], params: Record<string, unknown> = {}, content = '') =>
  placeOf({
    given: bridgeArguments(argv),
    datamodels: content === '' ? [] : [{ path: '/app/prisma/schema.prisma', content }],
    params,
    environment: { DATABASE_URL: 'file:./dev.db', DIRECT: 'postgresql://u@h/direct' },
    cwd: '/app',
  });

const block = (provider: string, more = ''): string =>
  `datasource db {\n  provider = "${provider}"\n${more}}\n`;

spec('prisma bridge: what the command line says', ({ test }) => {
  test("the configuration's schema is passed on where Prisma would not look for it, and the user's own word stays", () => {
    const detection = { schema: 'db/shop.prisma' };
    const chosen = (args: readonly string[], schema?: string): readonly string[] =>
      chosenSchema({ args, detection, stated: schema === undefined ? {} : { schema } });
    for (const args of [
      ['migrate', 'status'],
      ['migrate', 'dev', '--name', 'a'],
      ['db', 'push'],
      ['validate'],
    ])
      assert.equal(chosen(args, 'db/shop.prisma'), ['--schema', 'db/shop.prisma'], args.join(' '));
    assert.equal(chosen(['migrate', 'status']), []);
    assert.equal(chosen(['migrate', 'status', '--schema=other.prisma'], 'db/shop.prisma'), []);
    for (const args of [['migrate', 'diff', '--from-empty'], ['version'], ['--help']])
      assert.equal(chosen(args, 'db/shop.prisma'), [], args.join(' '));
  });

  test('the arguments of Prisma 7, and of 5 and 6', () => {
    const seven = bridgeArguments([
      '--datamodels',
      '/a.prisma',
      '--datamodels',
      '/b.prisma',
      '--datasource',
      '{"url":"file:x","shadowDatabaseUrl":""}',
      '--enabled-preview-features',
      'a,b',
    ]);
    assert.equal(seven, {
      command: 'serve',
      datamodels: ['/a.prisma', '/b.prisma'],
      url: 'file:x',
      shadowUrl: null,
    });
    const six = bridgeArguments(['cli', '--datasource', 'postgresql://h/d', 'can-connect-to-database']);
    assert.equal(six, {
      command: 'can-connect-to-database',
      datamodels: [],
      url: 'postgresql://h/d',
      shadowUrl: null,
    });
    assert.is(bridgeArguments(['--version']).command, 'version');
  });

  test('the database: a request before the command line before the schema', () => {
    const schema = block('sqlite', '  url = env("DATABASE_URL")\n');
    const own = place([], {}, schema);
    assert.is(own.url && openSecret(own.url), 'file:./dev.db');
    assert.is(own.root, '/app/prisma');
    assert.is(own.line, 'six');
    const given = place(['--datasource', '{"url":"file:x"}'], {}, block('sqlite'));
    assert.is(given.url && openSecret(given.url), 'file:x');
    assert.is(given.root, '/app');
    assert.is(given.line, 'current');
    const asked = place([], { from: { tag: 'url', url: 'postgresql://h/d' }, to: { tag: 'empty' } }, schema);
    assert.is(asked.url && openSecret(asked.url), 'postgresql://h/d');
    assert.is(asked.provider.dialect, 'postgres');
    const direct = place([], {}, block('postgresql', '  url = env("POOLED")\n  directUrl = env("DIRECT")\n'));
    assert.is(direct.url && openSecret(direct.url), 'postgresql://u@h/direct');
    assert.is(String(direct.url), '***');
  });

  test('a provider that dbsync has not is refused', () => {
    assert.throws(() => place([], {}, block('mongodb')), /no provider "mongodb"/);
    assert.throws(() => place([]), /names no provider/);
  });
});

const UNSAYABLE: Unsayable = new Set([
  'index\u0000\u0000t_lower',
  'unique\u0000\u0000t_email_key',
  'unique\u0000\u0000t_active_key',
  'index\u0000\u0000t_active_key',
  'table\u0000\u0000part_2024',
  'default\u0000t\u0000total',
]);

spec('prisma: what the schema needs and what stays', ({ test }) => {
  const cases: readonly (readonly [string, ReturnType<typeof keptBecause>])[] = [
    ['DROP INDEX "t_lower"', 'unsayable'],
    ['DROP INDEX "public"."t_lower"', 'unsayable'],
    ['DROP INDEX "t_plain"', 'undeclared'],
    ['DROP INDEX `t_plain` ON `t`', 'undeclared'],
    ['DROP INDEX "t_email_key"', null],
    ['DROP INDEX "t_active_key"', 'unsayable'],
    ['DROP TABLE "part_2024"', 'unsayable'],
    ['DROP TABLE "people"', null],
    ['ALTER TABLE "t" ALTER COLUMN "total" DROP DEFAULT', 'unsayable'],
    ['ALTER TABLE "t" ALTER COLUMN "other" DROP DEFAULT', null],
    ['ALTER TABLE "t" DROP COLUMN "total"', null],
    ['ALTER TABLE "t" ALTER COLUMN "total" DROP DEFAULT, ADD COLUMN "x" TEXT', null],
    ['CREATE INDEX "t_lower" ON "t"("a")', null],
  ];
  for (const [sql, expected] of cases) {
    test(`${expected ?? 'needed'}: ${sql}`, () => assert.is(keptBecause(sql, UNSAYABLE), expected));
  }

  test('one needed statement makes a plan incomplete, kept ones alone do not', () => {
    const sql = 'DROP INDEX "t_lower";\n\nALTER TABLE "t" ADD COLUMN "x" TEXT;\n';
    const sorted = sortStatements(sql, SCAN_RULES, UNSAYABLE);
    assert.is(sorted.needed.length, 1);
    assert.is(sorted.kept.length, 1);
    assert.is(isCovered(''), true);
    assert.is(isCovered('-- kept: DROP INDEX "x" (why)\n'), true);
    assert.is(isCovered('-- kept: a\nALTER TABLE "t" ADD COLUMN "x" TEXT;'), false);
    assert.is(isCovered('-- a difference that has no SQL'), false);
  });

  test('--baseline with and without a migration', () => {
    const baseline = (...argv: string[]): string | undefined =>
      parseArguments(['--env', 'dev', ...argv], { name: 'recover', options: optionsOf('recover') }).phase
        .baseline;
    assert.is(baseline('--baseline'), 'auto');
    assert.is(baseline('--baseline', '--confirm', 'dev'), 'auto');
    assert.is(baseline('--baseline', '2025_x'), '2025_x');
    assert.is(baseline('--baseline=2025_x'), '2025_x');
    assert.is(baseline(), undefined);
  });
});
