// Texts that are broken off, hostile or huge: the analysis of texts never throws, and what it cannot read it never calls clean.
import * as assert from 'uvu/assert';
import { dialectNames, loadDialect } from '../../lib/dialects/registry.ts';
import { lintMigrations } from '../../lib/plan/index.ts';
import { spec } from '../helpers/spec.ts';

const codesOf = async (name: string, sql: string): Promise<readonly string[]> => {
  const dialect = await loadDialect(name);
  const { offline } = dialect;
  const server = offline?.server(null);
  if (!offline || !server) throw new Error(`${name} cannot be analysed by texts alone.`);
  const migrations = [{ id: 'm', file: 'm.sql', sql, checksum: '' }];
  const { hazards } = lintMigrations({
    dialect,
    offline,
    server,
    migrations,
    wanted: () => true,
    complete: false,
  });
  return hazards.map(({ code }) => code);
};

/** Broken off: every one of them must be said not to be understood, or to be a client's. */
const BROKEN = [
  "INSERT INTO t VALUES ('abc; DROP TABLE t;",
  'ALTER TABLE t DROP COLUMN',
  'ALTER',
  'CREATE TABLE t (a int',
  'ALTER TABLE t ADD CONSTRAINT',
  'DELETE FROM',
  'CREATE INDEX',
  'DROP TABLE ((()));)))',
  'DROP\u00a0TABLE t;',
  '\\i other.sql',
];

const rows = Array.from({ length: 150_000 }, (_none, row) => `(${row}, 'text number ${row}')`).join(',');
/** Before a DROP TABLE, which must be found behind them. */
const BEFORE: Readonly<Record<string, string>> = {
  'a long INSERT': `INSERT INTO other (a, b) VALUES ${rows}`,
  'a long string': `INSERT INTO other VALUES ('${'x'.repeat(3_000_000)}')`,
  'deep parentheses': `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
  'a long sum': `UPDATE other SET a = ${Array(20_000).fill('1').join('+')} WHERE id = 1`,
  'a long condition': `DELETE FROM other WHERE ${Array.from({ length: 10_000 }, (_none, id) => `id = ${id}`).join(' OR ')}`,
  'names of members': 'CREATE TABLE constructor (toString int); CONSTRUCTOR; __PROTO__',
  'a byte order mark': '\uFEFFSELECT 1',
  'line ends of Windows': 'SELECT 1;\r\nSELECT 2',
  'a closed comment': '/* DROP TABLE t; */ SELECT 1',
};

const DROPS = { postgres: 'pg-drop-table', mysql: 'my-drop-table', sqlite: 'sqlite-drop-table' } as const;

spec('lint of hostile texts', ({ test }) => {
  for (const name of dialectNames()) {
    for (const sql of BROKEN)
      test(`${name}: ${sql.slice(0, 40)} is not clean`, async () => {
        const codes = await codesOf(name, sql);
        assert.ok(
          codes.some((code) => /^x-(unparseable|client-directive)$/.test(code)),
          codes.join(', '),
        );
      });

    for (const [what, text] of Object.entries(BEFORE))
      test(`${name}: behind ${what} the drop is found`, async () => {
        const codes = await codesOf(name, `${text};\nDROP TABLE t;`);
        assert.ok(codes.includes(DROPS[name as keyof typeof DROPS]), codes.join(', '));
      });
  }

  test('a carriage return ends a comment where the server says so', async () => {
    assert.ok((await codesOf('postgres', '-- note\rDROP TABLE t;')).includes('pg-drop-table'));
    assert.equal(await codesOf('sqlite', '-- note\rDROP TABLE t;'), []);
  });

  test('nothing is nothing', async () => {
    for (const name of dialectNames())
      for (const sql of ['', ';;;', ' \n\t', '-- note\n', '/* note */'])
        assert.equal(await codesOf(name, sql), []);
  });
});
