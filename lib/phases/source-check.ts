// The check of what declares the schema: which tool, which version, how many migrations. Reads no file.
import type { Verdict } from '../dialects/contract.ts';
import type { Context } from './context.ts';

/** A version that is not known, and a history without a migration, ask for a look. */
export const sourceVerdict = (context: Context): Verdict => {
  const { detection, project } = context;
  const { length } = project.migrations;
  const empty = length === 0 && context.options.strategy !== 'push';
  const remedy = [
    ...(detection.version === null ? ['Install the project so that its version is known.'] : []),
    ...(empty
      ? [
          `There is no migration in ${detection.migrations}. If they are elsewhere, name the folder: \`migrations\` in dbsync.config.ts.`,
        ]
      : []),
  ];
  return {
    status: remedy.length > 0 ? 'warning' : 'ok',
    message: `${project.title}; ${detection.evidence.join(', ')}; ${length} migrations`,
    ...(remedy.length > 0 && { remedy }),
  };
};
