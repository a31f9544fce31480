// The project as Prisma's CLI sees it during a run: the migrations whose texts the plan was made of, a schema of one datasource
// block, and nothing that could name another database. Temporary.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { History } from '../history.ts';
import type { Provider } from '../providers.ts';

export interface StageInput {
  /** Absolute folder for temporary files. */
  readonly temporary: string;
  readonly history: History;
  readonly provider: Provider;
  /** The datasource block holds the URL (Prisma 5 and 6), or the configuration does (Prisma 7). */
  readonly urlInSchema: boolean;
}

export interface Stage {
  readonly folder: string;
  /** The arguments of `migrate deploy`. */
  readonly args: readonly string[];
  remove(): Promise<void>;
}

/** Never opened: the engine learns the database from the run. */
const placeholder = ({ urlSchemes: [scheme = ''] }: Provider): string =>
  scheme === 'file' ? 'file:./named-by-the-run.db' : `${scheme}://dbsync@dbsync.invalid/named-by-the-run`;

const schemaText = ({ provider, urlInSchema }: StageInput): string =>
  `datasource db {\n  provider = "${provider.names[0]}"\n${urlInSchema ? `  url = "${placeholder(provider)}"\n` : ''}}\n`;

const configText = ({ provider }: StageInput): string =>
  `export default ${JSON.stringify({
    schema: './schema.prisma',
    migrations: { path: './migrations' },
    datasource: { url: placeholder(provider) },
  })};\n`;

const writeHistory = async (folder: string, { history, provider }: StageInput): Promise<void> => {
  await mkdir(folder);
  const lock = history.lockFile ?? `provider = "${provider.names[0]}"\n`;
  await writeFile(path.join(folder, 'migration_lock.toml'), lock);
  for (const [id, text] of history.texts) {
    await mkdir(path.join(folder, id));
    await writeFile(path.join(folder, id, 'migration.sql'), text);
  }
};

/** Writes it. The folder is the user's own (mode 0700). */
export const openStage = async (input: StageInput): Promise<Stage> => {
  const folder = await mkdtemp(path.join(input.temporary, 'dbsync-deploy-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(path.join(folder, 'schema.prisma'), schemaText(input));
    await writeHistory(path.join(folder, 'migrations'), input);
    if (input.urlInSchema) return { folder, args: ['--schema', 'schema.prisma'], remove };
    await writeFile(path.join(folder, 'deploy.config.mjs'), configText(input));
    return { folder, args: ['--config', 'deploy.config.mjs'], remove };
  } catch (error) {
    await remove();
    throw error;
  }
};
