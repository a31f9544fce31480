// What of a project's files a person named on the command line, for the tasks that may run without a configuration. Pure.
import path from 'node:path';
import type { Stated } from '../sources/contract.ts';
import type { PhaseOptions, World } from './options.ts';

/** The named schema and migrations, from the folder in which the command was started. */
export const statedBy = ({ schema, migrations }: PhaseOptions, { cwd }: Pick<World, 'cwd'>): Stated => ({
  ...(schema !== undefined && { schema: path.resolve(cwd, schema) }),
  ...(migrations !== undefined && { migrations: path.resolve(cwd, migrations) }),
});
