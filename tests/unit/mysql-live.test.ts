// Hazards of MySQL that settings, sizes and measurements decide: what a large table means for replicas and the online log, a server that
// takes no schema statements, and an algorithm that was seen. On made-up facts; asks no server.
import * as assert from 'uvu/assert';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { collectHazards } from '../../lib/plan/index.ts';
import { heldAgainst } from '../../lib/plan/measured.ts';
import { type Hazard, type RiskInput, tableKey } from '../../lib/risk/index.ts';
import { hashOf, schemaObject, snapshotOf } from '../../lib/schema/index.ts';
import { spec } from '../helpers/spec.ts';

const CRATE = schemaObject({
  kind: 'table',
  name: 'crate',
  children: [schemaObject({ kind: 'column', name: 'id', attributes: { type: 'int', nullable: false } })],
});
const KINDS = schemaObject({
  ...CRATE,
  children: [...CRATE.children, schemaObject({ kind: 'column', name: 'kind' })],
});

const inputOf = (text: string, parts: { rows: number; facts: Record<string, unknown> }): RiskInput => {
  const snapshot = snapshotOf('mysql', [KINDS]);
  return {
    product: 'MySQL',
    version: [8, 0, 35],
    facts: parts.facts,
    statements: [{ migration: 'm', statement: { text, file: 'm.sql', line: 1, offset: 0, index: 0 } }],
    change: { from: hashOf('a'), to: hashOf('b'), changes: [] },
    before: snapshot,
    after: snapshot,
    sizes: new Map([
      [
        tableKey({ namespace: null, name: 'crate' }),
        { namespace: null, name: 'crate', rows: parts.rows, exact: true, bytes: null },
      ],
    ]),
  };
};

const REBUILT = 'ALTER TABLE crate FORCE';
const BINLOG = { log_bin: 'ON', innodb_online_alter_log_max_size: 134_217_728 };

const codesOf = async (text: string, parts: { rows: number; facts: Record<string, unknown> }) => {
  const dialect = await loadDialect('mysql');
  return dialect.hazards(inputOf(text, parts)).map(({ code }) => code);
};

spec('mysql-live', ({ test }) => {
  test('a long change of a large table is felt by replicas and by the online log', async () => {
    const large = await codesOf(REBUILT, { rows: 5_000_000, facts: BINLOG });
    assert.ok(large.includes('my-replica-lag') && large.includes('my-online-log-overflow'), large.join(' '));
  });

  test('a small table, an instant change, and a server without a binary log are not', async () => {
    const small = await codesOf(REBUILT, { rows: 5000, facts: BINLOG });
    assert.not.ok(small.includes('my-replica-lag') || small.includes('my-online-log-overflow'));
    const instant = 'ALTER TABLE crate ADD COLUMN lot INT, ALGORITHM=INSTANT';
    const added = await codesOf(instant, { rows: 5_000_000, facts: BINLOG });
    assert.not.ok(added.includes('my-replica-lag') || added.includes('my-online-log-overflow'));
    const alone = await codesOf(REBUILT, { rows: 5_000_000, facts: { ...BINLOG, log_bin: 'OFF' } });
    assert.not.ok(alone.includes('my-replica-lag'));
  });

  test('a server that calls itself Vitess takes no direct schema statements', async () => {
    const facts = { version_comment: 'Version: 21.0.1 (Vitess)' };
    assert.ok((await codesOf(REBUILT, { rows: 5, facts })).includes('my-vitess-direct-ddl'));
    const read = await codesOf('SELECT 1', { rows: 5, facts });
    assert.not.ok(read.includes('my-vitess-direct-ddl'));
    const plain = await codesOf(REBUILT, { rows: 5, facts: { version_comment: 'MySQL Community Server' } });
    assert.not.ok(plain.includes('my-vitess-direct-ddl'));
  });

  test('a column that the server was seen to add at once is no rebuild, whatever the text says', async () => {
    const dialect = await loadDialect('mysql');
    const text = 'ALTER TABLE crate ADD COLUMN lot INT DEFAULT (1 + 1)';
    const input = inputOf(text, { rows: 5000, facts: {} });
    const warned = dialect.hazards(input);
    const held = (work: 'none' | 'rewrite'): readonly Hazard[] =>
      heldAgainst(warned, {
        dialect,
        input,
        batches: [
          {
            id: 'b',
            migration: 'm',
            by: 'dbsync',
            closesLedger: true,
            transactional: false,
            because: '',
            settings: {},
            steps: [
              {
                id: 'm#1',
                migration: 'm',
                file: 'm.sql',
                line: 1,
                sql: text,
                verb: 'ALTER TABLE',
                transactional: false,
                lockTimeoutMs: 0,
                statementTimeoutMs: 0,
                effects: [
                  {
                    namespace: null,
                    name: 'crate',
                    lock: 'INSTANT',
                    blocks: 'nothing',
                    until: 'statement',
                    work,
                    basis: 'measured',
                  },
                ],
              },
            ],
          },
        ],
      });
    const severityOf = (found: readonly Hazard[]): string | undefined =>
      found.find(({ code }) => code === 'my-add-column-not-instant')?.severity;
    assert.is(severityOf(warned), 'blocking');
    assert.is(severityOf(held('rewrite')), 'blocking');
    assert.is(severityOf(held('none')), 'advice');
  });

  test('that a file can be torn is said once', async () => {
    const dialect = await loadDialect('mysql');
    const sql = 'ALTER TABLE crate ADD COLUMN lot INT; ALTER TABLE crate ADD COLUMN bay INT;';
    const input = inputOf('', { rows: 5, facts: {} });
    const found = collectHazards({
      dialect,
      identity: null,
      migrations: [{ id: 'm', file: 'm.sql', sql, checksum: '' }],
      batches: [],
      change: input.change,
      before: input.before,
      after: input.after,
      sizes: [],
      ledger: { exists: true, entries: [], applied: [], pending: ['m'], problems: [], state: hashOf('') },
      drift: { status: 'none', items: [], caveats: [] },
      atomicity: {
        atomic: false,
        summary: '',
        migrations: [{ migration: 'm', atomic: false, because: 'it commits' }],
        failures: [],
      },
    });
    const torn = found.filter(({ subject }) => subject === 'migration m');
    assert.equal(
      torn.map(({ code }) => code),
      ['my-partial-file'],
    );
  });
});
