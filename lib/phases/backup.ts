// The backup before the first write: taken by the dialect, and where the configuration wants it, restored and compared as proof.
import path from 'node:path';
import type { BackupEvidence, Session, TableSize } from '../dialects/contract.ts';
import { DbsyncError } from '../errors/index.ts';
import { describeChange, diffSnapshots, isEmpty } from '../schema/index.ts';
import { withShadow } from '../shadow/index.ts';
import { type Context, shadowRequest } from './context.ts';
import type { Work } from './execution.ts';

const MAX_LINES = 12;

const differs = (summary: string, lines: readonly string[]): DbsyncError =>
  new DbsyncError('BACKUP_FAILED', {
    summary: `${summary}\n${lines
      .slice(0, MAX_LINES)
      .map((line) => `  ${line}`)
      .join('\n')}`,
    why: 'A backup that does not bring back what there is would be none. Nothing was written to the target.',
    next: ['Find out why, or take a backup by your own means and name it in the approval: --backup <name>.'],
  });

/** Rows that were counted on both sides; what is written meanwhile makes them differ, and an empty table is none of that. */
const compareRows = (before: readonly TableSize[], after: readonly TableSize[]): string => {
  const keyOf = (table: TableSize): string => `${table.namespace ?? ''}\u0000${table.name}`;
  const restored = new Map(after.map((table) => [keyOf(table), table]));
  const counted = before.filter((table) => table.exact && restored.get(keyOf(table))?.exact);
  const lost = counted.filter((table) => table.rows > 0 && restored.get(keyOf(table))?.rows === 0);
  if (lost.length > 0)
    throw differs(
      'The backup was restored, and tables are empty that are not:',
      lost.map((table) => `${table.name}: ${table.rows} rows`),
    );
  const same = counted.filter((table) => table.rows === restored.get(keyOf(table))?.rows).length;
  return same === counted.length
    ? `the same number of rows in all ${counted.length} counted tables`
    : `the same number of rows in ${same} of ${counted.length} counted tables; the others were written to meanwhile`;
};

const proveRestorable = (
  context: Context,
  session: Session,
  taken: { readonly evidence: BackupEvidence; readonly rows: readonly TableSize[] },
): Promise<BackupEvidence> =>
  withShadow(context.dialect, shadowRequest(context, 'empty', session), async ({ session: copy, shadow }) => {
    const { dialect, inspect } = context;
    const identity = await dialect.identify(session);
    await dialect.restore?.(taken.evidence.file, copy, identity);
    // What the target's role made is its own there, and somebody else's on the shadow.
    const { role } = identity.facts;
    const restored = await dialect.inspect(copy, typeof role === 'string' ? { ...inspect, role } : inspect);
    const difference = diffSnapshots(await dialect.inspect(session, inspect), restored);
    if (!isEmpty(difference))
      throw differs(
        'The backup was restored, and its schema is not that of the target:',
        difference.changes.map(describeChange),
      );
    const tables = restored.objects.filter((object) => object.kind === 'table');
    const rows = compareRows(taken.rows, await dialect.measure(copy, tables));
    const verified = [
      ...taken.evidence.verified,
      `restored on ${shadow.description}: the same schema, and ${rows}`,
    ];
    return { ...taken.evidence, verified };
  });

/** Null where the approval says that none is to be taken. Throws BACKUP_FAILED, BACKUP_TOOL_MISSING, SHADOW_*. */
export const takeBackup = async (
  work: Work,
  session: Session,
  rows: readonly TableSize[],
): Promise<BackupEvidence | null> => {
  const { context, rehearsed, approval } = work;
  if (approval.artifact.body.backup.kind !== 'take') return null;
  const { folder, restore } = context.environment.backup;
  const identity = await context.dialect.identify(session);
  return context.world.ui.work('Backup', async (report) => {
    const evidence = await context.dialect.backup({
      session,
      identity,
      folder:
        folder === null
          ? path.join(rehearsed.run.folder, 'backups')
          : path.resolve(context.loaded.root, folder),
      name: `${context.environment.name}-${work.startedAt.toISOString().replaceAll(/[:.]/g, '-')}`,
      timeouts: context.environment.target.timeouts,
    });
    if (!restore || !context.dialect.restore) return evidence;
    report('restoring it on a shadow database');
    return proveRestorable(context, session, { evidence, rows });
  });
};
