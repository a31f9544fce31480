// What `prisma db push` would do to a database, without doing it. The engine reads; nothing it writes reaches the database.
import type { Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type { PushPreview } from '../contract.ts';
import type { Asked } from './asked.ts';

/** The difference between a database and the schema files as SQL; `''` where there is none. Throws SOURCE_TOOL_FAILED. */
export const schemaDifference = async (
  asked: Asked & { readonly engine: NonNullable<Asked['engine']> },
  session: Session,
): Promise<string> => {
  const { value } = await asked.engine.call({
    session,
    method: 'diff',
    params: {
      from: { tag: 'schemaDatasource', files: asked.schema.files, configDir: asked.list.baseDir },
      to: { tag: 'schemaDatamodel', files: asked.schema.files },
      script: true,
      exitCode: true,
      filters: asked.filters,
    },
  });
  return value.exitCode === 0 ? '' : (value.stdout ?? '').trim();
};

/** The asked with its engine. Throws PUSH_REFUSED where there is none. */
const withEngine = (asked: Asked): Asked & { readonly engine: NonNullable<Asked['engine']> } => {
  if (asked.engine) return { ...asked, engine: asked.engine };
  throw new DbsyncError('PUSH_REFUSED', {
    summary:
      'Push is not possible on this database: it needs an engine of Prisma that can work on it in process.',
    why: asked.unavailable,
    next: [
      'Use migrations (leave --strategy out).',
      "What push would run can be had from the project's own Prisma, where its native schema engine is installed, as a migration to review:",
      '$ npx zx tasks/prisma.ts --env <env> -- migrate dev --create-only',
    ],
  });
};

/**
 * The SQL of push, with Prisma's own data-loss warnings and the steps it would refuse. The engine's `schemaPush` asks the live
 * data for both (row and null counts); its writes are recorded instead of sent, and the session may be a read-only one.
 * Throws PUSH_REFUSED, SOURCE_TOOL_FAILED.
 */
export const previewPush = async (given: Asked, session: Session): Promise<PushPreview> => {
  const asked = withEngine(given);
  const sql = await schemaDifference(asked, session);
  if (sql === '') return { sql, warnings: [], unexecutable: [] };
  const { value } = await asked.engine.call({
    session,
    method: 'schemaPush',
    writes: 'record',
    params: { force: false, schema: asked.schema, filters: asked.filters },
  });
  return { sql, warnings: value.warnings, unexecutable: value.unexecutable };
};
