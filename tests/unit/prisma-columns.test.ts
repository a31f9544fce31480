// What databases answer, in the form that Prisma's engine reads; and what is told of each version's habits.
import * as assert from 'uvu/assert';
import { DbsyncError } from '../../lib/errors/index.ts';
import { parseArray } from '../../lib/sources/prisma/engine/array-literal.ts';
import { toResultSet } from '../../lib/sources/prisma/engine/columns.ts';
import {
  type EngineFlavour,
  type Provider,
  providerOfDialect,
  providerOfName,
} from '../../lib/sources/prisma/providers.ts';
import { spec } from '../helpers/spec.ts';

const flavourOf = (dialect: string): EngineFlavour => {
  const { engine } = providerOfDialect(dialect);
  assert.ok(engine);
  return engine;
};

/** Column type, value as the driver gives it, the engine's type number and value. */
type Case = readonly [number | string | null, unknown, number, unknown];

const BY_OID: readonly Case[] = [
  [16, 't', 5, true],
  [16, false, 5, false],
  [17, '\\x6869', 13, Buffer.from('hi')],
  [18, 'p', 6, 'p'],
  [19, 'a name', 7, 'a name'],
  [20, 9007199254740993n, 1, '9007199254740993'],
  [20, '9007199254740993', 1, '9007199254740993'],
  [22, '1 2', 64, [1, 2]],
  [23, '7', 0, 7],
  [700, '1.5', 2, 1.5],
  [1002, '{p,"b"}', 70, ['p', 'b']],
  [1003, '{id,"a b",NULL}', 71, ['id', 'a b', null]],
  [1003, ['id'], 71, ['id']],
  [1082, '2026-01-02', 8, '2026-01-02'],
  [1114, '2026-01-02 03:04:05.678', 10, '2026-01-02T03:04:05.678+00:00'],
  [1184, '2026-01-02 03:04:05+02', 10, '2026-01-02T03:04:05+02:00'],
  [1184, new Date(0), 10, '1970-01-01T00:00:00.000Z'],
  [1700, '12345678901234567890.5', 4, '12345678901234567890.5'],
  [3802, { a: 1 }, 11, '{"a":1}'],
  [424242, 'unknown', 7, 'unknown'],
  [23, null, 0, null],
];

const BY_DECLARATION: readonly Case[] = [
  ['INTEGER', 5, 1, 5],
  ['TEXT', 5, 7, '5'],
  ['DATETIME', 1767323045678, 10, '2026-01-02T03:04:05.678Z'],
  ['DATETIME', '2026-01-02 03:04:05', 10, '2026-01-02T03:04:05+00:00'],
  ['INTEGER UNSIGNED', 1n, 1, '1'],
  ['REAL', 1.5, 3, 1.5],
  [null, 3, 1, 3],
  [null, 'x', 7, 'x'],
  [null, null, 0, null],
];

const ARRAYS: readonly (readonly [string, readonly (string | null)[]])[] = [
  ['{}', []],
  ['{a,b}', ['a', 'b']],
  ['{"a,b","c\\"d","e\\\\f"}', ['a,b', 'c"d', 'e\\f']],
  ['{NULL,"NULL",""}', [null, 'NULL', '']],
];

spec('prisma engine: columns', ({ test }) => {
  for (const [dialect, cases] of [
    ['postgres', BY_OID],
    ['sqlite', BY_DECLARATION],
  ] as const) {
    for (const [type, value, expectedType, expected] of cases) {
      test(`${dialect}: ${type} of ${typeof value} ${String(value).slice(0, 30)}`, () => {
        const result = toResultSet(
          { columns: [{ name: 'c', type }], rows: [[value]], affected: null },
          flavourOf(dialect),
        );
        assert.equal(result, { columnNames: ['c'], columnTypes: [expectedType], rows: [[expected]] });
      });
    }
  }
  for (const [literal, items] of ARRAYS) {
    test(`the array ${literal}`, () => assert.equal(parseArray(literal), items));
  }
});

const HABITS: readonly (readonly [string, readonly number[] | null, RegExp])[] = [
  ['postgres', [7, 3, 0], /one implicit transaction/],
  ['postgres', [6, 19, 3], /one implicit transaction/],
  ['postgres', [7, 4, 0], /each commits by itself/],
  ['postgres', [7, 10, 1], /each commits by itself/],
  ['postgres', null, /up to 7\.3 .*since 7\.4\.0/s],
  ['mysql', [7, 0, 0], /leaves what ran before it/],
  ['sqlite', null, /commits by itself unless/],
];

spec('prisma providers', ({ test }) => {
  for (const [dialect, version, expected] of HABITS) {
    test(`how Prisma ${version?.join('.') ?? 'of unknown version'} sends a file to ${dialect}`, () => {
      assert.match(providerOfDialect(dialect).howSent(version).join('\n'), expected);
    });
  }

  test('each provider is found by the names that Prisma has for it', () => {
    const names = (provider: Provider | undefined) => provider?.dialect;
    assert.equal(
      ['postgresql', 'postgres', 'mysql', 'sqlite', 'mongodb'].map((name) => names(providerOfName(name))),
      ['postgres', 'postgres', 'mysql', 'sqlite', undefined],
    );
    assert.throws(
      () => providerOfDialect('oracle'),
      (error: unknown) => error instanceof DbsyncError && error.code === 'SOURCE_UNSUPPORTED',
    );
  });
});
