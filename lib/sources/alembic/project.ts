// A SQLAlchemy project, opened for one database. Its migrations are Python, and Alembic itself runs them.
import path from 'node:path';
import { DbsyncError } from '../../errors/index.ts';
import { hashOf } from '../../schema/index.ts';
import type { Detection, Migration, Project, SourceContext } from '../contract.ts';
import { createRevision, partsOf, uncoveredChange } from './autogenerate.ts';
import { ledgerOf } from './ledger.ts';
import { offlineTexts, previewOf, runnerOf } from './runner.ts';
import { openWorkbench, type Workbench } from './setup.ts';
import { askVerdict } from './status.ts';

const migrationsOf = (bench: Workbench): readonly Migration[] =>
  bench.history.revisions.map((revision) => ({
    id: revision.id,
    file: path.relative(bench.layout.root, revision.path),
    sql: null,
    checksum: revision.checksum,
    ...(revision.title !== '' && { title: revision.title }),
  }));

const notesOf = (bench: Workbench): readonly string[] => [
  `Python: ${bench.interpreter.choice}, Python ${bench.interpreter.versions.python}, SQLAlchemy ${bench.interpreter.versions.sqlalchemy}.`,
  bench.env.perMigration
    ? 'env.py sets transaction_per_migration: each revision commits by itself.'
    : bench.provider.atomicity,
  'Revisions are Python: what a revision reads decides what it sends; the rehearsal shows the statements it sent there.',
];

const refusePush = (): never => {
  throw new DbsyncError('PUSH_REFUSED', {
    summary: 'Alembic has no push.',
    why: 'A SQLAlchemy project changes its database by revisions alone; metadata.create_all() would change it without a record.',
    next: ['Use the strategy `migrate`, and let autogenerate write the missing revision.'],
  });
};

const projectOf = (bench: Workbench, detection: Detection): Project => {
  const explained = new Set<string>();
  const { versions } = bench.interpreter;
  return {
    detection: { ...detection, version: versions.alembic },
    title: `Alembic ${versions.alembic}`,
    migrations: migrationsOf(bench),
    filesHash: hashOf(
      bench.history.revisions.map(({ id, checksum, parents, needs }) => ({ id, checksum, parents, needs })),
    ),
    ledger: ledgerOf(bench),
    runner: runnerOf(bench),
    notes: notesOf(bench),
    uncovered: async (session) => {
      const text = await uncoveredChange(bench, session);
      for (const part of partsOf(text ?? '')) explained.add(part);
      return text;
    },
    remember: (coverage) => bench.remember(coverage),
    ...(bench.recalled && {
      recalled: { memory: bench.recalled.memory, coverage: bench.recalled.content.coverage },
    }),
    push: async () => refusePush(),
    verdict: (session) => askVerdict(bench, session, explained),
    texts: () => offlineTexts(bench),
    preview: (report) => previewOf(bench, report),
    createOnly: (session, title) => createRevision(bench, session, title),
    close: () => bench.close(),
  };
};

/** Opens the project for one database: starts the interpreter where the memory does not do. Throws as `Source.open` says. */
export const openProject = async (detection: Detection, context: SourceContext): Promise<Project> =>
  projectOf(await openWorkbench(detection, context), detection);
