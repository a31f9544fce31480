// What `prisma db push` would do to a database, without doing it. The engine reads; nothing it writes reaches the database. Where no
// engine can work on it in process, the project's own Prisma is asked with its native engine (native.ts); where that is not there, the
// declared schema is written as SQL by dbsync (declared/).
import type { Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type { PushPreview } from '../contract.ts';
import type { Asked } from './asked.ts';
import { type Declared, scriptOf, warningsOf } from './declared/index.ts';
import type { Native } from './native.ts';

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
  return value.exitCode === 0 ? '' : asked.inItsWords(value.stdout ?? '').trim();
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

/** The project's own Prisma, where it can be asked about this database. */
export const nativeFor = ({ native }: Asked, session: Session): Native | null =>
  native?.can(session.address) ? native : null;

const declaredPush = async (declared: Declared, session: Session): Promise<PushPreview> => {
  const { statements, changes } = await declared.change(session, { keepIndexes: false });
  return { sql: scriptOf(statements), warnings: warningsOf(changes), unexecutable: [] };
};

/**
 * The SQL of push, with Prisma's own data-loss warnings and the steps it would refuse. The engine's `schemaPush` asks the live
 * data for both (row and null counts); its writes are recorded instead of sent, and the session may be a read-only one.
 * Throws PUSH_REFUSED, SOURCE_TOOL_FAILED, SCHEMA_UNRENDERABLE.
 */
export const previewPush = async (given: Asked, session: Session): Promise<PushPreview> => {
  const native = nativeFor(given, session);
  if (native) return { sql: await native.difference(session), warnings: [], unexecutable: [] };
  if (given.declared) return declaredPush(given.declared, session);
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
