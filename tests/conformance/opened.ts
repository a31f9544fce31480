// Opens a project as a phase does, or, started as a process (`opened.ts <source> <root>`), opens it, asks, closes it and says
// `closed`: whether the process then ends by itself is what source.test.ts looks at.
import os from 'node:os';
import path from 'node:path';
import type { Dialect, Session } from '../../lib/dialects/contract.ts';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { withShadow } from '../../lib/shadow/index.ts';
import type { Project } from '../../lib/sources/contract.ts';
import { loadSource } from '../../lib/sources/registry.ts';
import { redactor, Secret } from '../../lib/target/index.ts';
import { TIMEOUTS } from './timeouts.ts';

export interface Opened {
  readonly dialect: Dialect;
  readonly project: Project;
  /** Runs `work` with a fresh database of the project's kind. */
  readonly withDatabase: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
}

/** Opens the project in the folder for databases that are files. Close it. */
export const openProject = async (
  name: string,
  root: string,
  interpreter?: readonly string[],
): Promise<Opened> => {
  const dialect = await loadDialect('sqlite');
  const source = await loadSource(name);
  const detection = await source.detect(root);
  if (!detection) throw new Error(`no ${name} project in ${root}`);
  const address = dialect.address(new Secret(`file:${path.join(root, 'app.db')}`), root);
  const withDatabase: Opened['withDatabase'] = (work) =>
    withShadow(
      dialect,
      { content: 'empty', target: null, address, identity: null, timeouts: TIMEOUTS, folder: os.tmpdir() },
      ({ session }) => work(session),
    );
  const project = await source.open(detection, {
    dialect,
    timeouts: TIMEOUTS,
    redact: redactor([]),
    withEmptyShadow: withDatabase,
    tool: { environment: { PATH: process.env.PATH ?? '' }, ...(interpreter && { interpreter }) },
  });
  return { dialect, project, withDatabase };
};

const [name, root, ...interpreter] = process.argv.slice(2);
if (process.argv[1] === import.meta.filename && name && root) {
  const { project, withDatabase } = await openProject(
    name,
    root,
    interpreter.length > 0 ? interpreter : undefined,
  );
  project.warm?.();
  await withDatabase(async (session) => {
    await project.ledger.read(session, { targetHasObjects: false });
    await project.verdict(session).catch(() => null);
  });
  await project.close();
  process.stdout.write('closed');
}
