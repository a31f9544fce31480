// Writes a first dbsync.config.ts, from what the project's files say. Writes nothing else, and nothing over an existing file.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { writeWhole } from '../audit/index.ts';
import { CONFIG_FILES, variablesOf } from '../config/index.ts';
import { dialectNames, loadDialect } from '../dialects/registry.ts';
import { DbsyncError, EXIT } from '../errors/index.ts';
import { detectSource } from '../sources/registry.ts';
import type { PhaseOptions, World } from './options.ts';
import type { Outcome } from './outcome.ts';
import { statedBy } from './stated.ts';

const VARIABLE = 'DATABASE_URL';

/** The database of a URL, by its scheme: `postgresql+psycopg2://` as SQLAlchemy writes it, too. */
const databaseOfUrl = async (url: string | undefined): Promise<string | null> => {
  const scheme = /^([a-z][a-z0-9]*)(?:\+\w+)?:/i.exec(url ?? '')?.[1]?.toLowerCase();
  if (scheme === undefined) return null;
  for (const name of dialectNames()) {
    const { urlSchemes } = await loadDialect(name, { analyses: false });
    if (urlSchemes.includes(scheme)) return name;
  }
  return null;
};

/** A project of Python's, or one that starts dbsync from elsewhere, has no such package: its configuration imports nothing. */
const hasPackage = (folder: string): boolean => {
  try {
    createRequire(path.join(folder, 'dbsync.config.ts')).resolve('dbsync/package.json');
    return true;
  } catch {
    return false;
  }
};

/** What of the project's files a person named, as the configuration says it. */
const namedIn = ({ schema, migrations }: Pick<PhaseOptions, 'schema' | 'migrations'>): string =>
  Object.entries({ schema, migrations })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `\n  ${key}: ${JSON.stringify(value)},`)
    .join('');

interface Written {
  readonly source: string;
  /** The lines of what was named. */
  readonly named: string;
  /** Null where nothing says which one it is. */
  readonly database: string | null;
  readonly typed: boolean;
}

const template = ({ source, named, database, typed }: Written): string => {
  const line =
    database === null
      ? `// Neither the project's files nor ${VARIABLE} say which it is: ${dialectNames().join(', ')}.\n      database: '${dialectNames()[0]}',`
      : `database: '${database}',`;
  return `${typed ? "import { defineConfig } from 'dbsync';\n\n" : ''}export default ${typed ? 'defineConfig({' : '{'}
  source: '${source}',${named}
  environments: {
    // Each environment names the variable that holds its URL, in the environment or in .env; never the URL itself.
    dev: {
      ${line}
      urlVariable: '${VARIABLE}',
      protected: false,
      create: true,
    },
    // A protected environment is changed only after a person typed its name at a terminal.
    production: {
      ${line}
      urlVariable: 'PRODUCTION_DATABASE_URL',
      protected: true,
    },
  },
}${typed ? ')' : ''};
`;
};

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
  const detection = await detectSource(world.cwd, options.source ?? null, statedBy(options, world));
  const file = path.join(world.cwd, 'dbsync.config.ts');
  const url = variablesOf(world.cwd, world.environment)(VARIABLE)?.value;
  const database = detection.dialect ?? (await databaseOfUrl(url));
  const typed = hasPackage(world.cwd);
  writeWhole(file, template({ source: detection.source, named: namedIn(options), database, typed }));
  return {
    exitCode: EXIT.done,
    kind: 'initialised',
    data: { file, source: detection.source, evidence: detection.evidence },
  };
};
