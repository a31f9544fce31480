// The sources that exist, and the choice among them.
import { DbsyncError } from '../errors/index.ts';
import type { Detection, Source, Stated } from './contract.ts';

const LOADERS: Readonly<Record<string, () => Promise<{ readonly source: Source }>>> = {
  prisma: () => import('./prisma/index.ts'),
  alembic: () => import('./alembic/index.ts'),
};

/** Every name that a configuration may state. */
export const sourceNames = (): readonly string[] => Object.keys(LOADERS);

/** Loads a source by its name. Throws SOURCE_UNSUPPORTED. */
export const loadSource = async (name: string): Promise<Source> => {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined;
  if (load) return (await load()).source;
  throw new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `There is no source called "${name}" here.`,
    next: [`Use one of: ${sourceNames().join(', ')}.`],
  });
};

/** What every source finds in the folder. */
export const detectSources = async (root: string, stated?: Stated): Promise<readonly Detection[]> => {
  const found = await Promise.all(
    sourceNames().map(async (name) => (await loadSource(name)).detect(root, stated)),
  );
  return found.filter((detection) => detection !== null);
};

/** The one source of truth: the named one, or what is found. Throws SOURCE_NONE, SOURCE_AMBIGUOUS. */
export const detectSource = async (
  root: string,
  name: string | null,
  stated?: Stated,
): Promise<Detection> => {
  const found = name
    ? [await (await loadSource(name)).detect(root, stated)]
    : await detectSources(root, stated);
  const [first, second] = found.filter((detection) => detection !== null);
  if (first && second) {
    throw new DbsyncError('SOURCE_AMBIGUOUS', {
      summary: `This project has two sources of truth: ${[first, second].map((d) => d.evidence.join(', ')).join(' and ')}.`,
      why: 'Two tools that both own the schema undo each other; a person must say which one declares it.',
      next: sourceNames().map(
        (one) => `Set \`source: '${one}'\` in dbsync.config.ts, or pass --source ${one}.`,
      ),
    });
  }
  if (first) return first;
  throw new DbsyncError('SOURCE_NONE', {
    summary: name
      ? `No ${name} project was found in ${root}.`
      : `No Prisma or Alembic project was found in ${root}.`,
    why: 'dbsync brings a database to the schema that code declares; without that code there is nothing to do.',
    next: [
      'Run it from the project root, or set `project` in dbsync.config.ts to the folder that holds it.',
      'Direction is code to database only: dbsync never writes code from a database.',
    ],
  });
};
