// Recognises a Prisma project and finds its schema, its migrations and its version. Reads files; opens no database.
import path from 'node:path';
import { DbsyncError } from '../../errors/index.ts';
import type { Detection, Stated } from '../contract.ts';
import { configPath, configsIn, type FoundConfig, findConfig } from './config-file.ts';
import { exists, jsonOf, record, relative } from './files.ts';
import { providerNames, providerOfName } from './providers.ts';
import { type Datasource, datasourceIn, readSchema, type SchemaFile } from './schema-files.ts';
import { searchBelow } from './search.ts';
import { unsupportedEight } from './unsupported.ts';
import { foldersUpward, type PrismaVersion, prismaVersion, versionNumbers } from './versions.ts';

const STATED = 'dbsync.config (schema)';
const DEFAULT_SCHEMAS = ['prisma/schema.prisma', 'schema.prisma', 'prisma/schema'];

/** The schema of a project, with the files behind it. */
interface Located {
  readonly root: string;
  /** Relative to the root. */
  readonly schema: string;
  readonly evidence: readonly string[];
  readonly found: FoundConfig | null;
}

const missing = (stated: string, where: string): DbsyncError =>
  new DbsyncError('SOURCE_INVALID', {
    summary: `The Prisma schema ${stated}, named in ${where}, does not exist.`,
    next: [`Correct the path in ${where}, or restore the file.`],
  });

const locateAt = async (root: string): Promise<Located | null> => {
  const found = await findConfig(root);
  if (found && found.config.schema !== null) {
    const schema = await configPath(root, found, found.config.schema);
    if (!(await exists(path.resolve(root, schema)))) throw missing(schema, found.file);
    return { root, schema, evidence: [schema, found.file], found };
  }
  const manifest = await jsonOf(path.join(root, 'package.json'));
  const stated = record(manifest?.prisma)?.schema;
  if (typeof stated === 'string') {
    const schema = relative(root, path.resolve(root, stated));
    if (!(await exists(path.resolve(root, schema)))) throw missing(schema, 'package.json (prisma.schema)');
    return { root, schema, evidence: [schema, 'package.json (prisma.schema)'], found };
  }
  for (const schema of DEFAULT_SCHEMAS) {
    if (!(await exists(path.join(root, schema)))) continue;
    const files = await readSchema(root, schema);
    if (files.length > 0) return { root, schema, evidence: [schema, ...(found ? [found.file] : [])], found };
  }
  return null;
};

/** The folder in which Prisma's commands are run for that schema: the nearest one with a package.json. */
const packageOf = async (root: string, schema: string): Promise<string> => {
  for (const folder of await foldersUpward(path.dirname(schema))) {
    if (!folder.startsWith(root)) break;
    if (await exists(path.join(folder, 'package.json'))) return folder;
  }
  return root;
};

/** The schema that dbsync's own configuration names. Prisma's configuration counts as far as it means the same schema. */
const locateStated = async (root: string, stated: string): Promise<Located> => {
  const file = path.resolve(root, stated);
  const home = await packageOf(root, file);
  const schema = relative(home, file);
  if (!(await exists(file))) throw missing(schema, `${STATED} or with --schema`);
  const found = await findConfig(home);
  const other = found?.config.schema ? await configPath(home, found, found.config.schema) : schema;
  return { root: home, schema, evidence: [schema, STATED], found: other === schema ? found : null };
};

const locate = async (root: string, stated: string | undefined): Promise<Located | null> => {
  if (stated !== undefined) return locateStated(root, stated);
  const here = await locateAt(root);
  if (here) return here;
  const schemas = await searchBelow(root);
  const [only] = schemas;
  if (only === undefined) return null;
  if (schemas.length > 1) throw several(root, schemas);
  const home = await packageOf(root, only);
  const there = home === root ? null : await locateAt(home);
  return there ?? { root: home, schema: relative(home, only), evidence: [relative(root, only)], found: null };
};

const several = (root: string, schemas: readonly string[]): DbsyncError => {
  const names = schemas.map((file) => relative(root, file));
  return new DbsyncError('SOURCE_AMBIGUOUS', {
    summary: `This project has ${names.length} Prisma schemas: ${names.join(', ')}.`,
    why: 'Each schema declares a database of its own; a person must say which one is meant.',
    next: [
      'Say in dbsync.config.ts which one is meant, such as:',
      ...names.slice(0, 3).map((name) => `schema: '${name}'`),
      'Where there is no dbsync.config.ts yet, one that says it is written by:',
      '$ npx zx tasks/init.ts --schema <file>',
    ],
    details: { schemas: names },
  });
};

/** The migrations folder: as configured, else beside the file with the datasource block, else beside the schema folder. */
const migrationsOf = async (
  located: Located,
  datasource: Datasource,
  stated: string | null,
): Promise<string> => {
  const { root, found } = located;
  if (stated !== null) {
    if (await exists(stated)) return relative(root, stated);
    throw new DbsyncError('SOURCE_INVALID', {
      summary: `The migrations folder ${relative(root, stated)}, named in dbsync.config (migrations) or with --migrations, does not exist.`,
      next: ['Correct the path there, or restore the folder.'],
    });
  }
  if (found && found.config.migrations !== null) return configPath(root, found, found.config.migrations);
  const beside = path.join(root, path.dirname(datasource.file), 'migrations');
  const above = path.join(root, path.dirname(located.schema), 'migrations');
  return relative(root, (await exists(beside)) || !(await exists(above)) ? beside : above);
};

/** The provider and where the project takes its URL from; never the URL. */
const describeDatasource = ({ provider, url }: Datasource, found: FoundConfig | null): string => {
  const named = `provider ${provider ?? 'not stated'}`;
  if (url) return `${named}, url ${'variable' in url ? `from ${url.variable}` : 'written in the schema'}`;
  return found?.config.hasDatasource ? `${named}, url in ${found.file}` : named;
};

const dialectOf = (datasource: Datasource): string | null => {
  if (datasource.provider === null) return null;
  const provider = providerOfName(datasource.provider);
  if (provider) return provider.dialect;
  throw new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `The Prisma schema is for ${JSON.stringify(datasource.provider)}, which dbsync does not work with.`,
    next: [`Supported providers: ${providerNames().join(', ')}.`],
  });
};

/** The sign of a Prisma 8 project that has nothing of an earlier one; null where there is none. */
const signOfEight = async (root: string, version: string | null): Promise<string | null> => {
  // Prisma 7 beside a Prisma 8 has its own configuration file.
  const seven = (await configsIn(root)).some((name) => name.includes('prisma7'));
  if (!seven && (versionNumbers(version)?.[0] ?? 0) >= 8) return `its version is ${version}`;
  return null;
};

const contractFile = async (root: string): Promise<string | null> => {
  for (const name of ['contract.prisma', 'prisma/contract.prisma', 'src/prisma/contract.prisma']) {
    if (await exists(path.join(root, name))) return name;
  }
  return null;
};

/** Whether a file of Prisma's stands in the folder itself; a Prisma that is only installed says nothing of this project. */
const looksLikePrisma = async (root: string): Promise<boolean> => {
  if ((await configsIn(root)).length > 0) return true;
  return (await Promise.all(DEFAULT_SCHEMAS.map((name) => exists(path.join(root, name))))).includes(true);
};

/** The version, where it is not one of Prisma 8. Throws SOURCE_UNSUPPORTED. */
const refuseEight = async (root: string): Promise<PrismaVersion | null> => {
  const version = await prismaVersion(root);
  const sign = await signOfEight(root, version?.version ?? null);
  if (sign !== null) throw unsupportedEight(sign);
  return version;
};

/** Throws SOURCE_UNSUPPORTED for a schema that says it is one of Prisma 8. */
const refuseMarked = (files: readonly SchemaFile[]): void => {
  const marked = files.find((file) => /^\uFEFF?\s*\/\/\s*use prisma-8\b/.test(file.content));
  if (marked) throw unsupportedEight(`${marked.path} starts with \`// use prisma-8\``);
};

/** Recognises the project in `root`. Null where it is none. Throws SOURCE_AMBIGUOUS, SOURCE_INVALID, SOURCE_UNSUPPORTED. */
export const detect = async (root: string, stated: Stated = {}): Promise<Detection | null> => {
  const home = path.resolve(root);
  const contract = await contractFile(home);
  const looksSo = contract !== null || (await looksLikePrisma(home));
  const here = looksSo ? await refuseEight(home) : null;
  const located = await locate(home, stated.schema);
  if (!located) {
    if (contract !== null) throw unsupportedEight(`it has a ${contract}`);
    return null;
  }
  const version = looksSo && located.root === home ? here : await refuseEight(located.root);
  const files = await readSchema(located.root, located.schema);
  refuseMarked(files);
  const datasource = datasourceIn(files, located.schema);
  const folder = stated.migrations === undefined ? null : path.resolve(home, stated.migrations);
  return {
    source: 'prisma',
    root: located.root,
    evidence: [
      ...located.evidence,
      describeDatasource(datasource, located.found),
      ...(version ? [`Prisma ${version.version} (${version.from})`] : []),
    ],
    schema: located.schema,
    migrations: await migrationsOf(located, datasource, folder),
    version: version?.version ?? null,
    dialect: dialectOf(datasource),
  };
};
