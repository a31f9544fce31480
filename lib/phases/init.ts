// Writes a first dbsync.config.ts, from what the project's files say. Writes nothing else, and nothing over an existing file.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from '../audit/index.ts';
import { CONFIG_FILES } from '../config/index.ts';
import { dialectNames } from '../dialects/registry.ts';
import { DbsyncError, EXIT } from '../errors/index.ts';
import type { Detection } from '../sources/contract.ts';
import { detectSource } from '../sources/registry.ts';
import type { PhaseOptions, World } from './options.ts';
import type { Outcome } from './outcome.ts';

const template = (
  detection: Detection,
  schema: string | null,
): string => `import { defineConfig } from 'dbsync';

export default defineConfig({
  source: '${detection.source}',${schema === null ? '' : `\n  schema: ${JSON.stringify(schema)},`}
  environments: {
    // Each environment names the variable that holds its URL, in the environment or in .env; never the URL itself.
    dev: {
      database: '${detection.dialect ?? dialectNames()[0]}',
      urlVariable: 'DATABASE_URL',
      protected: false,
      create: true,
    },
    // A protected environment is changed only after a person typed its name at a terminal.
    production: {
      database: '${detection.dialect ?? dialectNames()[0]}',
      urlVariable: 'PRODUCTION_DATABASE_URL',
      protected: true,
    },
  },
});
`;

/** The phase by itself. Throws SOURCE_*, USAGE where a configuration is there already. */
export const init = async (world: World, options: PhaseOptions): Promise<Outcome> => {
  const existing = CONFIG_FILES.map((name) => path.join(world.cwd, name)).find((file) => existsSync(file));
  if (existing) {
    throw new DbsyncError('USAGE', {
      summary: `${existing} is there already.`,
      why: 'dbsync never writes over a configuration.',
      next: ['Edit it; reference/config.md lists every key.'],
    });
  }
  const { schema } = options;
  const detection = await detectSource(
    world.cwd,
    options.source ?? null,
    schema === undefined ? {} : { schema },
  );
  const file = path.join(world.cwd, 'dbsync.config.ts');
  writeWhole(file, template(detection, schema ?? null));
  return {
    exitCode: EXIT.done,
    kind: 'initialised',
    data: { file, source: detection.source, evidence: detection.evidence },
  };
};
