// Lint of revisions in Python: Alembic's own offline SQL is judged; a revision that asks the database is opaque, and said to be.
import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Hazard } from '../../lib/risk/index.ts';
import { ALEMBIC_PROJECTS, NO_PYTHON, pythonWith, temporary } from '../helpers/alembic.ts';
import { spec } from '../helpers/spec.ts';

const tsx = import.meta.resolve('tsx');
const task = path.resolve(import.meta.dirname, '../../tasks/lint.ts');

const revision = (id: string, after: string, body: string): string =>
  `import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "${id}"\ndown_revision = "${after}"\n\n\ndef upgrade():\n    ${body}\n\n\ndef downgrade():\n    pass\n`;

const READS = 'op.execute("DELETE FROM users WHERE id = %d" % op.get_bind().execute("SELECT 1").scalar())';

const lint = (...added: readonly string[]) => {
  const home = temporary();
  cpSync(path.join(ALEMBIC_PROJECTS, 'alembic-plain'), home, { recursive: true });
  for (const [at, text] of added.entries())
    writeFileSync(path.join(home, 'alembic/versions', `b00${at}.py`), text);
  const { NODE_OPTIONS: _loader, DATABASE_URL: _url, ...env } = process.env;
  const args = ['--import', tsx, task, '--dialect', 'postgres', '--format', 'json'];
  const done = spawnSync(process.execPath, args, { cwd: home, env, encoding: 'utf8' });
  const { data } = JSON.parse(done.stdout);
  const hazards: readonly Hazard[] = data.hazards;
  return { code: done.status, hazards: hazards.map(({ code, file, line }) => `${code} ${file}:${line}`) };
};

spec('alembic: lint', ({ test, skip }) => {
  if (pythonWith() === null) return skip('everything', NO_PYTHON);

  test('what a revision drops is found at its file, and its own transaction and ledger row are not its hazards', () => {
    const { code, hazards } = lint(revision('b000', 'a003', 'op.drop_column("users", "bio")'));
    assert.is(code, 3);
    assert.ok(hazards.includes('pg-drop-column alembic/versions/b000.py:1'), hazards.join('\n'));
    assert.not.ok(
      hazards.some((text) => /x-dynamic-sql|pg-explicit-tx-control|x-dml/.test(text)),
      hazards.join('\n'),
    );
  });

  test('a revision that asks the database is opaque; those beside it are still read', () => {
    const { code, hazards } = lint(
      revision('b000', 'a003', READS),
      revision('b001', 'b000', 'op.drop_table("posts")'),
    );
    assert.is(code, 3);
    assert.ok(hazards.includes('x-dynamic-sql alembic/versions/b000.py:1'), hazards.join('\n'));
    assert.ok(hazards.includes('pg-drop-table alembic/versions/b001.py:1'), hazards.join('\n'));
    assert.not.ok(hazards.includes('x-dynamic-sql alembic/versions/b001.py:1'));
  });
});
