// The refusal of Prisma 8, in one clear paragraph.
import { DbsyncError } from '../../errors/index.ts';

/** Prisma 8 keeps another kind of project; nothing of this source holds for it. */
export const unsupportedEight = (because: string): DbsyncError =>
  new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `This is a Prisma 8 project (${because}), and dbsync works with Prisma 5, 6 and 7.`,
    why: 'Prisma 8 declares the schema in a contract instead of schema.prisma, keeps its migrations as a graph of packages instead of a list of SQL files, and records them in a schema of its own instead of _prisma_migrations. dbsync would misread all three, so it refuses.',
    next: [
      "Use Prisma 8's own commands for this database:",
      '$ npx prisma migration status',
      'A Prisma 7 that stands beside it is found by its own configuration file, prisma7.config.ts.',
    ],
  });
