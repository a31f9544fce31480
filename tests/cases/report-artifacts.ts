// Artifacts made by hand for the documents and the screen, with a name of one's choice wherever a database's names go.
import type { Execution } from '../../lib/apply/model.ts';
import type { Approval } from '../../lib/approve/model.ts';
import type { Artifact, ArtifactKind } from '../../lib/audit/envelope.ts';
import type { BackupEvidence } from '../../lib/dialects/contract.ts';
import type {
  DriftReport,
  HazardDecision,
  LockForecast,
  Plan,
  PlannedBatch,
  Step,
} from '../../lib/plan/model.ts';
import type { ConnectionCheck } from '../../lib/preflight/model.ts';
import type { Rehearsal } from '../../lib/rehearse/model.ts';
import type {
  DriftDocument,
  ExecutionDocument,
  PlanDocument,
  VerificationDocument,
} from '../../lib/report/index.ts';
import { type Hazard, hazardId } from '../../lib/risk/index.ts';
import { type Change, type Hash, hashText, schemaObject } from '../../lib/schema/index.ts';
import type { TargetRef } from '../../lib/target/index.ts';
import type { Verification } from '../../lib/verify/model.ts';

export const AT = '2026-11-22T15:53:43.120Z';

/** Everything that has broken a document or a terminal somewhere. */
export const HOSTILE =
  'we`ird|na``me\n# heading\r\n| x | y |\n<script>alert(1)</script>\u001b[2J\u0007\u202egnp.exe ]](http://evil.example) {{ 7*7 }} {% raw %} & ';

export const artifact = <K extends ArtifactKind, B>(kind: K, body: B): Artifact<K, B> => ({
  format: 1,
  kind,
  previous: null,
  createdAt: AT,
  body,
});

export const targetOf = (name: string): TargetRef => ({
  environment: 'production',
  protected: true,
  dialect: 'sqlite',
  product: 'SQLite',
  version: '3.53.2',
  display: `/srv/shop/${name}.db`,
  identity: `file:${name}`,
  instance: 'inode:4711',
  urlVariable: 'DATABASE_URL',
});

const table = (name: string): { kind: string; namespace: null; name: string } => ({
  kind: 'table',
  namespace: null,
  name,
});

const changesOf = (name: string): Change[] => [
  {
    action: 'drop',
    subject: { kind: 'column', namespace: null, name: 'nickname', parent: table(name) },
    object: schemaObject({ kind: 'column', name: 'nickname', attributes: { type: 'TEXT' } }),
  },
  {
    action: 'create',
    subject: { kind: 'column', namespace: null, name: 'email', parent: table(name) },
    object: schemaObject({ kind: 'column', name: 'email', attributes: { type: 'TEXT', nullable: false } }),
  },
  {
    action: 'create',
    subject: { kind: 'index', namespace: null, name: 'users_email_key', parent: table(name) },
    object: schemaObject({
      kind: 'index',
      name: 'users_email_key',
      attributes: { columns: ['email'], unique: true },
    }),
  },
];

const step = (migration: string, index: number, sql: string): Step => ({
  id: `${migration}#${index}`,
  migration,
  sql,
  file: `prisma/migrations/${migration}/migration.sql`,
  line: index * 4 + 1,
  verb: sql.split(/[\s"]/, 2).join(' ').trim(),
  transactional: true,
  lock: 'EXCLUSIVE',
  effects: [
    {
      namespace: null,
      name: 'users',
      lock: 'EXCLUSIVE',
      blocks: 'all',
      until: 'transaction',
      work: 'rewrite',
      basis: 'measured',
    },
  ],
  lockTimeoutMs: 5000,
  statementTimeoutMs: 30_000,
});

const batch = (migration: string, statements: readonly string[]): PlannedBatch => ({
  id: `${migration}/1`,
  migration,
  transactional: true,
  because: 'SQLite rolls back DDL; foreign keys are checked before the commit',
  settings: { foreignKeys: 'off' },
  by: 'dbsync',
  closesLedger: true,
  steps: statements.map((sql, index) => step(migration, index, sql)),
});

export const MIGRATIONS = ['20261101090000_add_email', '20261115103000_drop_nickname'] as const;

const batchesOf = (name: string): PlannedBatch[] => [
  batch(MIGRATIONS[0], [
    `ALTER TABLE "${name.replaceAll('"', '""')}"\n  ADD COLUMN "email" TEXT NOT NULL DEFAULT '';`,
    'CREATE UNIQUE INDEX "users_email_key" ON "users"("email")',
  ]),
  batch(MIGRATIONS[1], [
    '-- ```a fence inside a comment```\nCREATE TABLE "new_users" (\n  "id" INTEGER NOT NULL PRIMARY KEY,\n  "email" TEXT NOT NULL\n)',
    'INSERT INTO "new_users" ("id", "email") SELECT "id", "email" FROM "users"',
    'DROP TABLE "users"',
    'ALTER TABLE "new_users" RENAME TO "users"',
  ]),
];

const locksOf = (name: string): LockForecast[] => [
  {
    table: { namespace: null, name },
    lock: 'EXCLUSIVE',
    blocks: 'all',
    step: `${MIGRATIONS[0]}#0`,
    until: 'transaction',
    statements: 2,
    heldMs: 12_400,
    estimate: [`writes anew ${name} (496 MB, at 40 MB/s, measured)`],
    basis: 'measured',
    because: `the reason of ${name}`,
  },
];

const hazardsOf = (name: string): Hazard[] => [
  {
    code: 'sqlite-unique-duplicates',
    severity: 'breaking',
    subject: `index users_email_key on ${name}`,
    message: `The unique index on ${name} fails where two rows have the same email.`,
    remedy: 'Make the values unique first.',
    migration: MIGRATIONS[0],
    file: `prisma/migrations/${MIGRATIONS[0]}/migration.sql`,
    line: 5,
    evidence: [{ question: 'values of email that occur more than once', count: 0, exact: true, samples: [] }],
    adjusted: 'no duplicates were found',
  },
  {
    code: 'sqlite-drop-column',
    severity: 'destructive',
    subject: `column ${name}.nickname`,
    message: `The column nickname of ${name} goes, with its values.`,
    remedy: 'Stop using the column in one release and drop it in the next.',
    rewrite: `ALTER TABLE "users" RENAME COLUMN "nickname" TO "nickname_old"; -- \`\`\`${name}`,
    migration: MIGRATIONS[1],
    file: `prisma/migrations/${MIGRATIONS[1]}/migration.sql`,
    line: 1,
    evidence: [
      { question: 'rows where nickname is not null', count: 1204, exact: true, samples: ['7', name] },
    ],
  },
  {
    code: 'sqlite-write-lock',
    severity: 'advice',
    subject: 'the whole file',
    message: 'Writers wait while a migration runs.',
    remedy: 'Run it when few write.',
    evidence: [{ question: 'sessions that hold the file', count: null, exact: false, samples: [] }],
  },
];

const decisionsOf = (name: string): HazardDecision[] =>
  hazardsOf(name).map((hazard) => {
    const known = { id: hazardId(hazard), code: hazard.code };
    if (hazard.severity === 'destructive') return { ...known, decision: 'open', by: null, reason: null };
    if (hazard.severity === 'advice') return { ...known, decision: 'allowed', by: 'policy', reason: null };
    return { ...known, decision: 'allowed', by: 'policy', reason: 'no duplicates' };
  });

/** The id of the one hazard that is open. */
export const openId = (name: string): string =>
  decisionsOf(name).find((decision) => decision.decision === 'open')?.id ?? '';

export const driftOf = (name: string): DriftReport => ({
  status: 'present',
  items: [
    {
      class: 'unmanaged',
      change: {
        action: 'create',
        subject: table(`legacy_${name}`),
        object: schemaObject({ kind: 'table', name: `legacy_${name}` }),
      },
      description: `create table legacy_${name}`,
    },
    {
      class: 'changed',
      change: {
        action: 'alter',
        subject: { kind: 'column', namespace: null, name: 'title', parent: table('posts') },
        attributes: [{ name: 'type', from: 'TEXT', to: 'VARCHAR' }],
      },
      description: 'change column posts.title: type TEXT -> VARCHAR',
    },
  ],
  caveats: [`The view named ${name} could not be compared.`],
});

export const planOf = (name: string): Plan => ({
  target: targetOf(name),
  source: {
    source: 'prisma',
    title: 'Prisma 7.10.1',
    version: '7.10.1',
    applied: '20261001080000_init',
    wanted: MIGRATIONS[1],
    filesHash: hashText('files'),
  },
  strategy: 'migrate',
  reason: null,
  createsDatabase: false,
  from: hashText('from'),
  predicted: hashText('predicted'),
  replayed: null,
  prediction: { method: 'copied', replica: 'a copy of the file with its data', caveats: [] },
  ledger: hashText('ledger'),
  ledgerReport: {
    exists: true,
    applied: ['20261001080000_init'],
    pending: [...MIGRATIONS],
    problems: [
      {
        code: 'x-edited-whitespace',
        weight: 'warning',
        migration: '20261001080000_init',
        message: `The file of ${name} differs from the ledger by its line ends only.`,
        remedy: ['Put it back:', '$ git checkout -- prisma/migrations/20261001080000_init/migration.sql'],
      },
    ],
  },
  drift: driftOf(name),
  change: { from: hashText('from'), to: hashText('predicted'), changes: changesOf(name) },
  batches: batchesOf(name),
  held: [{ migration: '20261120000000_later', reason: `held back until ${name} is retired` }],
  hazards: hazardsOf(name),
  decisions: decisionsOf(name),
  tables: [
    { namespace: null, name, rows: 1_204_333, exact: true, bytes: 48_300_000 },
    { namespace: null, name: 'posts', rows: 12, exact: false, bytes: null },
  ],
  pace: {
    rates: { scan: 300_000_000, index: 80_000_000, rewrite: 40_000_000 },
    read: { namespace: null, name, bytes: 33_554_432 },
    trial: `an empty file beside ${name}`,
    because: null,
  },
  atomicity: {
    atomic: false,
    summary: 'Each of the 2 migrations is all or nothing; a failure in the second leaves the first applied.',
    migrations: MIGRATIONS.map((migration) => ({
      migration,
      atomic: true,
      because: 'one transaction with its ledger row',
    })),
    failures: [],
  },
  rollback: [
    { migration: MIGRATIONS[0], sql: ['DROP INDEX "users_email_key"'], brings: 'schema and data' },
    { migration: MIGRATIONS[1], sql: null, brings: 'restore from backup' },
  ],
  locks: locksOf(name),
  backupRequired: true,
  uncovered: `CREATE INDEX "i" ON "${name}"("email");`,
  notes: ['The tool would send the whole file at once.'],
  timeouts: { connectMs: 5000, lockMs: 5000, statementMs: 30_000, runnerLockMs: 10_000, probeMs: 5000 },
});

export const rehearsalOf = (name: string, plan: Hash): Rehearsal => ({
  plan,
  replica: 'a copy of the file with its data',
  holdsData: true,
  faithful: true,
  caveats: [`The trigger of ${name} was not fired.`],
  steps: planOf(name)
    .batches.flatMap((item) => item.steps)
    .map((item) => ({
      id: item.id,
      migration: item.migration,
      summary: item.sql.split('\n')[0] ?? '',
      state: 'committed',
      durationMs: 3,
      rows: null,
      note: null,
      error: null,
    })),
  predicted: hashText('predicted'),
  reached: hashText('predicted'),
  difference: { from: hashText('predicted'), to: hashText('predicted'), changes: [] },
  again: 'nothing',
  againMessages: [],
  outcome: 'passed',
  failure: null,
  durationMs: 2140,
  locks: locksOf(name),
  wayBack: null,
});

export const approvalOf = (name: string, plan: Hash): Approval => ({
  plan,
  rehearsal: hashText('rehearsal'),
  target: targetOf(name),
  typed: 'production',
  actor: { kind: 'person', name: `jo@${name}`, terminal: true, marker: null },
  accepted: [{ id: openId(name), code: 'sqlite-drop-column', reason: `nobody reads ${name} any more` }],
  backup: { kind: 'take', method: 'copy of the file' },
  approvedAt: AT,
  expiresAt: '2026-11-22T16:53:43.120Z',
  nonce: 'n1',
});

export const BACKUP: BackupEvidence = {
  method: 'copy of the file',
  file: '/srv/shop/backups/production-20261122.db',
  bytes: 48_300_000,
  sha256: hashText('backup').slice(7),
  verified: ['integrity check passed', 'same fingerprint', 'same rows in 12 tables'],
  restore: 'cp /srv/shop/backups/production-20261122.db /srv/shop/shop.db',
};

/** A run that failed in the second migration. */
export const executionOf = (name: string, plan: Hash): Execution => {
  const states = ['committed', 'committed', 'rolled-back', 'failed', 'not-started', 'not-started'] as const;
  const steps = planOf(name).batches.flatMap((item) => item.steps);
  return {
    plan,
    approval: hashText('approval'),
    steps: steps.map((item, index) => ({
      id: item.id,
      migration: item.migration,
      summary: item.sql.replaceAll(/\s+/g, ' '),
      state: states[index] ?? 'not-started',
      durationMs: index < 4 ? 12 * (index + 1) : null,
      rows: index === 3 ? 0 : null,
      note: index === 0 ? `sent without the default, which ${name} refuses` : null,
      error: index === 3 ? `NOT NULL constraint failed: ${name}.email` : null,
    })),
    migrations: [MIGRATIONS[0]],
    outcome: 'partial',
    failure: {
      step: `${MIGRATIONS[1]}#1`,
      migration: MIGRATIONS[1],
      message: `NOT NULL constraint failed: ${name}.email`,
      engineCode: 'SQLITE_CONSTRAINT_NOTNULL',
      excerpt: '> 5 | INSERT INTO "new_users"\n    | ^',
    },
    recovery: ['Mend the data, then resume:', '$ npx dbsync recover --env production --resume'],
    backup: BACKUP,
    rowsBefore: [{ namespace: null, name, rows: 1_204_333, exact: true, bytes: 48_300_000 }],
    rowsAfter: [{ namespace: null, name, rows: 1_204_334, exact: true, bytes: 48_300_000 }],
    healthBefore: [`sqlite-orphans ${name}`],
    startedAt: AT,
    finishedAt: '2026-11-22T15:53:45.220Z',
    createdDatabase: false,
  };
};

export const verificationOf = (name: string): Verification => ({
  execution: hashText('execution'),
  predicted: hashText('predicted'),
  actual: hashText('predicted'),
  remaining: { from: hashText('predicted'), to: hashText('predicted'), changes: [] },
  ledger: { complete: true, messages: ['3 of 3 migrations are finished.'] },
  tool: {
    by: 'Prisma schema engine 8.1.0 in process',
    status: 'agrees',
    against: [],
    messages: [`No drift in ${name}.`],
  },
  driftKnown: false,
  health: [],
  rows: [
    { table: name, before: 1_204_333, after: 1_204_333, touched: true, exact: true },
    { table: 'posts', before: 12, after: 12, touched: false, exact: true },
    { table: 'logs', before: null, after: null, touched: false, exact: false },
  ],
  compatibility: {
    command: ['npm', 'test'],
    exitCode: 0,
    durationMs: 61_300,
    tail: [`ok ${name}`, '```', '12 passed'],
  },
  upkeep: [`Commit prisma/schema.prisma together with the migration of ${name}.`],
  outcome: 'proven',
  reasons: [],
});

export const checkOf = (name: string): ConnectionCheck => ({
  target: targetOf(name),
  display: `/srv/shop/${name}.db`,
  environment: 'production',
  urlVariable: 'DATABASE_URL',
  urlOrigin: '.env',
  checks: [
    {
      id: 'reachable',
      title: 'Database can be reached',
      status: 'ok',
      message: `opened ${name}`,
      durationMs: 12,
    },
    {
      id: 'lock',
      title: 'Nobody else migrates',
      status: 'failed',
      message: `the lock is held by ${name}`,
      remedy: ['Wait for it, or end it:', '$ kill 4711'],
      code: 'LOCK_HELD',
      durationMs: 5003,
    },
    {
      id: 'disk',
      title: 'Disk has room',
      status: 'warning',
      message: '1.2 GB free, 1.0 GB needed',
      remedy: ['Make room.'],
      durationMs: 1,
    },
    {
      id: 'tool',
      title: 'Backup tool is there',
      status: 'skipped',
      message: 'not needed here',
      durationMs: 0,
    },
  ],
  outcome: 'failed',
});

export const APPROVE = [
  'At a terminal:',
  '$ npx dbsync approve --env production --task drop-nickname',
  'In a pipeline, with the approval file that a person made:',
  '$ npx dbsync apply --env production --task drop-nickname --confirm production --plan 0123456789ab --accept sqlite-drop-column="nobody reads it"',
] as const;

export const PLAN_HASH: Hash = hashText('plan');

export const planDocument = (name: string, parts: Partial<PlanDocument> = {}): PlanDocument => ({
  plan: artifact('plan', planOf(name)),
  hash: PLAN_HASH,
  rehearsal: artifact('rehearsal', rehearsalOf(name, PLAN_HASH)),
  approval: null,
  approve: APPROVE,
  ...parts,
});

export const driftDocument = (name: string): DriftDocument => {
  const plan = planOf(name);
  return {
    drift: artifact('drift', plan.drift),
    target: plan.target,
    source: plan.source,
    ledger: plan.ledgerReport,
    change: plan.change,
    uncovered: plan.uncovered,
  };
};

export const executionDocument = (name: string): ExecutionDocument => ({
  execution: artifact('execution', executionOf(name, PLAN_HASH)),
  plan: planOf(name),
});

export const verificationDocument = (name: string): VerificationDocument => ({
  verification: artifact('verification', verificationOf(name)),
  target: targetOf(name),
});
