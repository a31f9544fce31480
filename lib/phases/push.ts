// Push as a plan: the very SQL that push would run, as one nameless migration without a ledger row.
import type { Session } from '../dialects/contract.ts';
import { DbsyncError } from '../errors/index.ts';
import { hashText } from '../schema/index.ts';
import { withShadow } from '../shadow/index.ts';
import type { Migration } from '../sources/contract.ts';
import { type Context, shadowRequest } from './context.ts';

/** The id of push's only migration. */
const PUSH_ID = 'push';

const unexecutable = (steps: readonly string[]): DbsyncError =>
  new DbsyncError('PUSH_REFUSED', {
    summary: `Push cannot be done on this data:\n${steps.map((step) => `  ${step}`).join('\n')}`,
    why: 'The migration tool itself refuses these steps. Nothing was written to the target.',
    next: ['Write a migration that moves the data first.'],
  });

/** Null where the database already is what the schema declares. Asked on a copy, so that the target is only read. */
export const pushMigration = async (context: Context, target: Session | null): Promise<Migration | null> => {
  await context.project.prepare?.(target);
  return withShadow(context.dialect, shadowRequest(context, 'copy', target), async ({ session }) => {
    const preview = await context.project.push(session);
    if (preview.unexecutable.length > 0) throw unexecutable(preview.unexecutable);
    if (preview.sql.trim() === '') return null;
    return { id: PUSH_ID, file: context.detection.schema, sql: preview.sql, checksum: hashText(preview.sql) };
  });
};
