// Whether a statement may act outside of a shadow database: what the environment's policy and the migrations' comments say of it.
import { type MayReachOut, OUTSIDE_HAZARD } from '../execute/index.ts';
import { inlineAcceptances } from '../risk/index.ts';
import type { Context } from './context.ts';

type Deciding = Pick<Context, 'environment'>;

/** Whether the environment's policy accepts it of every statement. */
export const policyReachesOut = ({ environment }: Deciding): boolean => {
  const rule = Object.hasOwn(environment.policy, OUTSIDE_HAZARD)
    ? environment.policy[OUTSIDE_HAZARD]
    : undefined;
  return rule !== undefined && rule !== 'deny';
};

/** The policy decides; where it says nothing, the migration's own comment, if such comments count here. */
export const mayReachOut = (context: Context): MayReachOut => {
  const { environment, project, dialect } = context;
  if (policyReachesOut(context)) return () => true;
  if (Object.hasOwn(environment.policy, OUTSIDE_HAZARD) || !environment.inlineAcceptance) return () => false;
  return ({ migration, line }) => {
    const found = project.migrations.find(({ id }) => id === migration);
    if (!found) return false;
    const text = { migration, file: found.file, text: found.sql ?? '' };
    return inlineAcceptances(text, dialect.scan).acceptances.some(
      (acceptance) => acceptance.code === OUTSIDE_HAZARD && acceptance.line === line,
    );
  };
};
