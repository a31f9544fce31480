// What the conformance suite needs of each source and cannot ask it: a small project of its kind for one file database, and ways to
// spoil it. Knows nothing of dbsync but the names of its sources.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { copyAlembic, NO_PYTHON, pythonWith } from '../helpers/alembic.ts';
import { copyProject } from '../helpers/project.ts';

/** A project on disk. */
export interface Sample {
  readonly root: string;
  /** The command of its interpreter, where it has one. */
  readonly interpreter?: readonly string[];
}

export interface SourceKind {
  readonly missing: () => string | null;
  readonly make: () => Promise<Sample>;
  /** The ids of its migrations, in order. */
  readonly ids: readonly string[];
  /** SQL that spoils a ledger that has everything applied in more than one way, and the problems that must be told together. */
  readonly spoil: readonly string[];
  readonly problems: number;
}

/** By the source's name. A source that has no project here fails its suite. */
export const PROJECTS: Readonly<Record<string, SourceKind>> = {
  prisma: {
    missing: () => null,
    make: async () => {
      const project = await copyProject('bookshop', { upTo: '20250227101530_add_book_format' });
      process.on('exit', () => rmSync(path.dirname(project.root), { recursive: true, force: true }));
      return { root: project.root };
    },
    ids: ['20250114093012_init', '20250203141845_add_reviews', '20250227101530_add_book_format'],
    spoil: [
      "UPDATE _prisma_migrations SET checksum = 'edited' WHERE migration_name = (SELECT min(migration_name) FROM _prisma_migrations)",
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ('x', 'y', '20990101000000_not_here', 1, 1, 1)",
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, applied_steps_count) VALUES ('f', 'y', '20990102000000_failed', 1, 0)",
    ],
    problems: 3,
  },
  alembic: {
    missing: () => (pythonWith() === null ? NO_PYTHON : null),
    make: async () => ({ root: copyAlembic('plain'), interpreter: [pythonWith() ?? 'python3'] }),
    ids: ['a001', 'a002', 'a003'],
    spoil: ["INSERT INTO alembic_version VALUES ('nobody'), ('noone')"],
    problems: 2,
  },
};

/** An absolute file of a migration, from the path that people are shown. */
export const fileOf = (root: string, file: string): string => path.resolve(root, file);
