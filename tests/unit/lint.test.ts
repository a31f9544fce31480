// Hazards of texts alone: what every file of tests/cases/lint says of itself is found, and what it says is absent is not; and the
// task that shows them, in its formats, without an environment, a URL or a driver.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { type Linted, lintMigrations } from '../../lib/plan/index.ts';
import { annotations, sarif } from '../../lib/report/index.ts';
import { applyPolicy, type Hazard, inlineAcceptances, PROCESS_RULES } from '../../lib/risk/index.ts';
import { spec } from '../helpers/spec.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'tests/cases/lint');

interface Case {
  readonly dialect: string;
  readonly partial: boolean;
  readonly texts: readonly string[];
  readonly said: (what: string) => readonly string[];
}

/** `-- found: code code` and `-- version: 11.4` at the head of the file; `-- migration` between two migrations. */
const readCase = (file: string): Case => {
  const text = readFileSync(path.join(folder, file), 'utf8');
  const said = (what: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^-- ${what}: (.+)$`, 'gm'))].flatMap(([, codes = '']) => codes.split(' '));
  return {
    dialect: file.split('-')[0] ?? '',
    partial: said('history').includes('partial'),
    texts: text.split(/^-- migration$/m),
    said,
  };
};

const lintTexts = async (
  name: string,
  texts: readonly string[],
  options: { readonly complete?: boolean; readonly version?: string } = {},
): Promise<Linted> => {
  const dialect = await loadDialect(name);
  const { offline } = dialect;
  const server = offline?.server(options.version ?? null);
  if (!offline || !server) throw new Error(`${name} cannot be analysed by texts alone.`);
  const migrations = texts.map((sql, index) => ({
    id: `m${index}`,
    file: `m${index}.sql`,
    sql,
    checksum: '',
  }));
  return lintMigrations({
    dialect,
    offline,
    server,
    migrations,
    wanted: () => true,
    complete: options.complete ?? true,
  });
};

const codesOf = (hazards: readonly Hazard[]): readonly string[] => hazards.map(({ code }) => code);

/** Advice stands beside; these tests are about what stops somebody. */
const serious = (hazards: readonly Hazard[]): readonly Hazard[] =>
  hazards.filter(({ severity }) => severity !== 'advice');

const decisionsOf = async ({ dialect: name, texts }: Case, hazards: readonly Hazard[]) => {
  const { scan } = await loadDialect(name);
  const inline = texts.flatMap(
    (text, index) =>
      inlineAcceptances({ migration: `m${index}`, file: `m${index}.sql`, text }, scan).acceptances,
  );
  return applyPolicy(hazards, { rules: {}, inline, inlineAllowed: true });
};

const check = async (file: string): Promise<void> => {
  const one = readCase(file);
  const [version] = one.said('version');
  const { hazards } = await lintTexts(one.dialect, one.texts, {
    complete: !one.partial,
    ...(version && { version }),
  });
  const codes = codesOf(hazards);
  assert.ok(
    ['found', 'absent', 'lowered', 'stands'].some((what) => one.said(what).length > 0),
    'it says nothing',
  );
  for (const code of one.said('found')) assert.ok(codes.includes(code), `${code} in ${codes.join(', ')}`);
  for (const code of one.said('absent'))
    assert.not.ok(codes.includes(code), `${code} in ${codes.join(', ')}`);
  for (const code of one.said('lowered')) {
    const found = hazards.filter((hazard) => hazard.code === code);
    assert.ok(found.length > 0 && found.every(({ severity }) => severity === 'advice'), code);
  }
  for (const code of one.said('stands')) {
    const found = hazards.filter((hazard) => hazard.code === code);
    assert.ok(found.length > 0 && found.every(({ severity }) => severity !== 'advice'), code);
  }
  const decisions = await decisionsOf(one, hazards);
  const decided = (how: string): readonly string[] =>
    decisions.filter(({ decision }) => decision === how).map(({ code }) => code);
  assert.equal([...new Set(decided('open'))].sort(), [...one.said('open')].sort());
  for (const code of one.said('accepted')) assert.ok(decided('accepted').includes(code), code);
  for (const hazard of hazards) {
    assert.type(hazard.line, 'number', `${hazard.code} stands nowhere`);
    assert.not.ok('probe' in hazard, `${hazard.code} asks a question that nobody answers`);
  }
};

const tsx = import.meta.resolve('tsx');
const run = (cwd: string, args: readonly string[]) => {
  const { NODE_OPTIONS: _loader, DATABASE_URL: _url, GITHUB_ACTIONS: _ci, ...env } = process.env;
  const done = spawnSync(process.execPath, ['--import', tsx, path.join(root, 'tasks/lint.ts'), ...args], {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    encoding: 'utf8',
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

const project = (texts: Readonly<Record<string, string>>): string => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'dbsync-lint-'));
  mkdirSync(path.join(home, 'prisma'));
  writeFileSync(
    path.join(home, 'prisma/schema.prisma'),
    'datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n',
  );
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(path.join(home, 'prisma/migrations', name), { recursive: true });
    writeFileSync(path.join(home, 'prisma/migrations', name, 'migration.sql'), text);
  }
  return home;
};

const HISTORY = {
  '001_users': 'CREATE TABLE users (id INTEGER PRIMARY KEY, note TEXT, name TEXT);\n',
  '002_note': '\nALTER TABLE users DROP COLUMN note;\n',
  '003_index': 'CREATE INDEX users_name ON users (name);\n',
};

spec('lint', ({ test, after }) => {
  const home = project(HISTORY);
  after(() => rmSync(home, { recursive: true, force: true }));

  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  for (const file of files) test(file, () => check(file));

  for (const name of ['sqlite', 'postgres', 'mysql']) {
    test(`${name}: of a hundred keys that one migration makes and drops again none is missed`, async () => {
      const numbers = Array.from({ length: 100 }, (_none, index) => index);
      const made = numbers.map((index) => `CREATE TABLE t${index} (id INT PRIMARY KEY, n INT);`);
      const passing = numbers.map((index) => {
        const on = name === 'mysql' ? ` ON t${index}` : '';
        return `CREATE UNIQUE INDEX u${index} ON t${index} (n);\nDROP INDEX u${index}${on};`;
      });
      const { hazards } = await lintTexts(name, [made.join('\n'), passing.join('\n')]);
      assert.is(hazards.filter(({ code }) => code.endsWith('-unique-duplicates')).length, 100);
    });
  }

  test('mysql: a hazard stands at the statement that does it, not at one that has the letters of its name', async () => {
    const { hazards } = await lintTexts('mysql', [
      'CREATE TABLE t (id INT PRIMARY KEY, b INT, gone INT);',
      [
        'ALTER TABLE t ADD COLUMN b2 DATETIME AFTER b;',
        'CREATE UNIQUE INDEX k ON t (b);',
        'ALTER TABLE t MODIFY b SMALLINT;',
        'ALTER TABLE t ADD COLUMN gone_at DATETIME AFTER gone;',
        'ALTER TABLE t DROP COLUMN gone;',
      ].join('\n'),
    ]);
    const lineOf = (wanted: string) => hazards.find(({ code }) => code === wanted)?.line;
    assert.is(lineOf('my-unique-duplicates'), 2);
    assert.is(lineOf('my-narrow-int'), 3);
    assert.is(lineOf('my-drop-column'), 5);
  });

  test('every database has cases that trigger and near misses', () => {
    for (const name of ['sqlite', 'postgres', 'mysql']) {
      const own = files.filter((file) => file.startsWith(`${name}-`));
      assert.ok(own.some((file) => file.includes('-near')) && own.length >= 8, name);
    }
  });

  test('a hazard stands at its file and line', async () => {
    const { hazards } = await lintTexts('postgres', [HISTORY['001_users'], HISTORY['002_note']]);
    const drop = hazards.find(({ code }) => code === 'pg-drop-column');
    assert.equal([drop?.file, drop?.line, drop?.migration], ['m1.sql', 2, 'm1']);
  });

  test('what makes others wait is told of every file that does it, advice of the first', async () => {
    const text = 'REINDEX INDEX i;';
    const { hazards } = await lintTexts('postgres', [text, text], { complete: false });
    const of = (code: string) => hazards.filter((hazard) => hazard.code === code);
    assert.equal(
      of('pg-reindex-blocking').map(({ file }) => file),
      ['m0.sql', 'm1.sql'],
    );
    const locks = 'ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;';
    const advised = await lintTexts('postgres', [locks, locks], { complete: false });
    const missing = advised.hazards.filter(({ code }) => code === 'pg-lock-timeout-missing');
    assert.equal(
      missing.map(({ file }) => file),
      ['m0.sql'],
    );
  });

  test('the stated version decides', async () => {
    const text = 'CREATE INDEX CONCURRENTLY i ON t (a);';
    const old = await lintTexts('postgres', [text], { complete: false, version: '14.2' });
    const now = await lintTexts('postgres', [text], { complete: false, version: '14.4' });
    assert.ok(codesOf(old.hazards).includes('pg-cic-corruption-14'));
    assert.not.ok(codesOf(now.hazards).includes('pg-cic-corruption-14'));
  });

  test('versions before a capability meet the old way', async () => {
    const cases = [
      [
        'postgres',
        'ALTER TABLE t ADD COLUMN a text DEFAULT 1;',
        'pg-add-column-default-legacy',
        '10.3',
        '11.0',
      ],
      ['postgres', 'CREATE EXTENSION hstore;', 'pg-create-extension-privilege', '12.1', '13.0'],
      ['mysql', 'ALTER TABLE t ADD COLUMN a INT FIRST;', 'my-add-column-not-instant', '8.0.28', '8.0.33'],
      ['mysql', 'ALTER TABLE t ADD COLUMN a INT;', 'my-add-column-not-instant', '10.2.9', '10.11.2'],
      [
        'mysql',
        'ALTER TABLE t ADD COLUMN a INT DEFAULT (1 + 1);',
        'my-add-column-not-instant',
        '8.0.33',
        '10.11.2',
      ],
      ['mysql', 'ALTER TABLE t DROP COLUMN a;', 'my-instant-early-bugs', '8.0.30', '8.0.32'],
      ['mysql', 'ALTER TABLE t ADD COLUMN a INT;', 'my-mariadb-instant-format', '10.11.2', '8.0.33'],
      ['mysql', 'CREATE TABLE t (a INT PRIMARY KEY, CHECK (a > 0));', 'my-check-ignored', '8.0.15', '8.0.16'],
    ] as const;
    for (const [name, text, code, version, other] of cases) {
      const old = await lintTexts(name, [text], { complete: false, version });
      const now = await lintTexts(name, [text], { complete: false, version: other });
      assert.ok(codesOf(old.hazards).includes(code), `${code} on ${version}`);
      assert.not.ok(codesOf(now.hazards).includes(code), `${code} on ${other}`);
    }
  });

  test('MariaDB adds a column at once unless its default differs by row', async () => {
    const made = 'CREATE TABLE t (id INT PRIMARY KEY);';
    const added = async (preset: string): Promise<boolean> => {
      const change = `ALTER TABLE t ADD COLUMN a VARCHAR(40) DEFAULT ${preset} AFTER id;`;
      const { hazards } = await lintTexts('mysql', [made, change], { version: '10.11.2' });
      return codesOf(hazards).includes('my-add-column-not-instant');
    };
    for (const preset of ['uuid()', '(uuid())', '(id + 1)', "(concat('a', id))"])
      assert.ok(await added(preset), preset);
    for (const preset of ["'id'", '(1 + 1)', "concat('id', 'b')", 'CURRENT_TIMESTAMP', 'now()', 'NULL'])
      assert.not.ok(await added(preset), preset);
  });

  test('a foreign key to columns that no key of their own holds is refused from MySQL 8.4 on', async () => {
    const texts = [
      'CREATE TABLE p (id INT PRIMARY KEY, name VARCHAR(10), KEY n (name));',
      'CREATE TABLE c (id INT PRIMARY KEY, name VARCHAR(10), CONSTRAINT f FOREIGN KEY (name) REFERENCES p (name));',
    ];
    const severityOn = async (version: string): Promise<string | undefined> => {
      const { hazards } = await lintTexts('mysql', texts, { version });
      return hazards.find(({ code }) => code === 'my-fk-parent-not-unique')?.severity;
    };
    assert.equal(
      [await severityOn('8.4.0'), await severityOn('8.0.35'), await severityOn('10.11.2')],
      ['breaking', 'advice', 'advice'],
    );
  });

  test('LOCK=NONE on a table whose foreign keys act on rows is refused by the server', async () => {
    const history = (action: string) =>
      `CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY, a_id INT, FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE ${action});`;
    const change = 'ALTER TABLE b ADD COLUMN note TEXT, ALGORITHM=INPLACE, LOCK=NONE;';
    const cascade = await lintTexts('mysql', [history('CASCADE'), change]);
    const restrict = await lintTexts('mysql', [history('RESTRICT'), change]);
    assert.ok(codesOf(cascade.hazards).includes('my-fk-cascade-lock-none'));
    assert.not.ok(codesOf(restrict.hazards).includes('my-fk-cascade-lock-none'));
  });

  test('the first migration of a whole history meets nothing; of a part it may', async () => {
    const text = 'DROP TABLE IF EXISTS t; CREATE TABLE t (id INTEGER PRIMARY KEY);';
    for (const [name, code] of [
      ['postgres', 'pg-drop-table'],
      ['mysql', 'my-drop-table'],
      ['sqlite', 'sqlite-drop-table'],
    ] as const) {
      const whole = await lintTexts(name, [text]);
      const part = await lintTexts(name, [text], { complete: false });
      assert.not.ok(codesOf(whole.hazards).includes(code), `${name} whole`);
      assert.ok(codesOf(part.hazards).includes(code), `${name} part`);
    }
  });

  test('without an environment, a URL or a driver it reads the whole history and refuses what nobody accepted', () => {
    const { code, out, err } = run(home, ['--format', 'json']);
    assert.is(code, 3, err);
    const { data } = JSON.parse(out);
    assert.equal(
      [data.dialect, data.migrations, data.statements, data.server.assumed],
      ['postgres', 3, 3, true],
    );
    assert.equal(
      serious(data.hazards).map((hazard: Hazard) => [hazard.code, hazard.file, hazard.line]),
      [
        ['pg-drop-column', 'prisma/migrations/002_note/migration.sql', 2],
        ['pg-create-index-blocking', 'prisma/migrations/003_index/migration.sql', 1],
      ],
    );
  });

  test('--since and --files judge a part and read the rest', () => {
    const since = run(home, ['--since', '003_index', '--format', 'json']);
    assert.is(since.code, 0, since.err);
    assert.equal(codesOf(serious(JSON.parse(since.out).data.hazards)), ['pg-create-index-blocking']);
    const some = run(home, [
      '--files',
      'prisma/migrations/001_users/migration.sql',
      'prisma/migrations/002_note/migration.sql',
      '--json',
    ]);
    assert.is(some.code, 3, some.err);
    assert.equal(codesOf(serious(JSON.parse(some.out).data.hazards)), ['pg-drop-column']);
    assert.match(run(home, ['--since', 'nothing']).err, /MIGRATION_UNKNOWN/);
  });

  test('SARIF has the form that code scanning reads', () => {
    const log = JSON.parse(run(home, ['--format', 'sarif']).out);
    assert.is(log.version, '2.1.0');
    const [only] = log.runs;
    const { rules } = only.tool.driver;
    assert.ok(only.results.length > 2);
    for (const result of only.results) {
      assert.is(rules[result.ruleIndex].id, result.ruleId);
      assert.ok(rules[result.ruleIndex].help.text.length > 20);
      const [{ physicalLocation: place }] = result.locations;
      assert.match(place.artifactLocation.uri, /^prisma\/migrations\/.+\.sql$/);
      assert.ok(place.region.startLine >= 1);
    }
    assert.equal(
      only.results.map(({ level }: { level: string }) => level).filter((level: string) => level !== 'note'),
      ['error', 'warning'],
    );
  });

  test('what has a meaning to the readers of a format is escaped', () => {
    const hazard: Hazard = {
      code: 'x-delete-no-where',
      severity: 'destructive',
      subject: 'table a',
      message: '100 % of\nthe rows\r::warning::x',
      remedy: 'None.',
      file: 'migrations/1:2,3 %/a#b?.sql',
      line: 2,
      evidence: [],
    };
    const findings = { hazards: [hazard], decisions: [] };
    assert.is(
      annotations(findings),
      '::note file=migrations/1%3A2%2C3 %25/a#b?.sql,line=2,title=x-delete-no-where::100 %25 of%0Athe rows%0D::warning::x None.'.replace(
        '::note',
        '::notice',
      ),
    );
    const log = JSON.parse(sarif(findings, PROCESS_RULES, '1.0.0'));
    const [result] = log.runs[0].results;
    assert.is(
      result.locations[0].physicalLocation.artifactLocation.uri,
      'migrations/1%3A2%2C3%20%25/a%23b%3F.sql',
    );
    assert.is(log.runs[0].tool.driver.rules[result.ruleIndex].id, hazard.code);
    assert.ok(['error', 'warning', 'note'].includes(result.level));
  });

  test('annotations are workflow commands, one line each', () => {
    const { out, code } = run(home, ['--format', 'github']);
    assert.is(code, 3);
    const all = out.trim().split('\n');
    for (const line of all) assert.match(line, /^::(error|warning|notice) file=/);
    const lines = all.filter((line) => !line.startsWith('::notice'));
    assert.match(
      lines[0] ?? '',
      /^::error file=prisma\/migrations\/002_note\/migration\.sql,line=2,title=pg-drop-column::/,
    );
    assert.match(lines[1] ?? '', /^::warning file=prisma\/migrations\/003_index\/migration\.sql,line=1,/);
    assert.is(lines.length, 2);
  });

  test('what is not understood is refused', () => {
    assert.is(run(home, ['--format', 'xml']).code, 1);
    assert.is(run(home, ['--server-version', 'new']).code, 1);
    assert.is(run(home, ['--dialect', 'oracle']).code === 0, false);
  });
});
