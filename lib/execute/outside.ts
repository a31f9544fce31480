// On a shadow database nothing may act beyond it: what reaches outside is refused before it is sent, unless that is accepted.
import type { Dialect, Session } from '../dialects/contract.ts';
import { DbsyncError } from '../errors/index.ts';
import { excerpt } from '../sql/index.ts';
import type { Step } from './model.ts';

/** The hazard by whose acceptance a statement that reaches outside runs on a shadow database too. */
export const OUTSIDE_HAZARD = 'x-reaches-outside';

export const OUTSIDE_WHY =
  'A rehearsal must act nowhere but on its shadow database, and this would act outside of it before anybody approved it.';

/** What a user can do about it, whoever refused it. */
export const outsideWaysOn: readonly string[] = [
  'Move it out of the migrations, into the set-up of the server.',
  `Or let it act at every plan and rehearsal too: policy: { '${OUTSIDE_HAZARD}': { accept: 'the reason' } } for this environment in dbsync.config.ts.`,
];

/** Whether it is accepted that a statement acts outside of a shadow database as well. */
export type MayReachOut = (step: Pick<Step, 'migration' | 'line'>) => boolean;

interface Guarded {
  readonly dialect: Dialect;
  /** Default: nothing may. */
  readonly mayReachOut?: MayReachOut | undefined;
  /** On the shadow. */
  readonly session: Pick<Session, 'address'>;
}

/** Throws REACHES_OUTSIDE where a statement for a shadow database reaches outside of it and nobody accepted that. */
export const refuseOutside = (
  { dialect, mayReachOut, session }: Guarded,
  step: Pick<Step, 'migration' | 'sql' | 'file' | 'line'>,
): void => {
  if (session.address.shared) dialect.refuseBeyond?.(session.address, step.sql);
  const { outside } = dialect.classify({
    text: step.sql,
    file: step.file,
    line: step.line,
    offset: 0,
    index: 0,
  });
  if (outside === undefined || mayReachOut?.(step)) return;
  throw new DbsyncError('REACHES_OUTSIDE', {
    summary: `${step.file}:${step.line}: a statement for the shadow database was not sent: ${outside}.`,
    why: OUTSIDE_WHY,
    next: [
      excerpt(step.sql, 0),
      ...outsideWaysOn,
      `Or \`-- dbsync:accept ${OUTSIDE_HAZARD} the reason\` above the statement, where such comments count.`,
    ],
    details: { migration: step.migration, outside },
  });
};
