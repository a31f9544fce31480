// A whole sync of an Alembic project with 30 pending revisions against a bare `alembic upgrade head`, and a sync with nothing to do
// against `alembic current`, on SQLite and PostgreSQL. The project and its databases are temporary.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pythonWith, temporary } from '../helpers/alembic.ts';
import { startPostgres } from '../helpers/postgres.ts';
import { build, column, fixed, median, pairedRatio, repository, say, sayMachine } from './measures.ts';
import { type Measured, measure, type Program } from './process-tree.ts';

const REVISIONS = 30;

const idOf = (index: number): string => `r${String(index).padStart(3, '0')}`;

/** A table, then a column of it, then an index on that: as real histories go. */
const bodyOf = (index: number): string => {
  const table = `table_${Math.floor((index - 1) / 3)}`;
  if (index % 3 === 1)
    return `op.create_table("${table}", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(80), nullable=False))`;
  if (index % 3 === 2) return `op.add_column("${table}", sa.Column("note", sa.String(200)))`;
  return `op.create_index("ix_${table}_note", "${table}", ["note"])`;
};

const revision = (index: number): string => `"""step ${index}"""
import sqlalchemy as sa
from alembic import op

revision = "${idOf(index)}"
down_revision = ${index === 1 ? 'None' : `"${idOf(index - 1)}"`}


def upgrade():
    ${bodyOf(index)}
`;

const ENV = `from alembic import context
from sqlalchemy import engine_from_config, pool

config = context.config
if context.is_offline_mode():
    context.configure(url=config.get_main_option("sqlalchemy.url"), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = engine_from_config(config.get_section(config.config_ini_section), prefix="sqlalchemy.", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
`;

interface Place {
  readonly title: string;
  readonly dialect: string;
  readonly python: string;
  /** A fresh database: its URL for dbsync, and for SQLAlchemy. */
  readonly fresh: () => Promise<{ readonly url: string; readonly alembic: string }>;
  readonly stop: () => Promise<void>;
}

const makeProject = (place: Place): string => {
  const root = path.join(temporary(), 'project');
  mkdirSync(path.join(root, 'alembic/versions'), { recursive: true });
  writeFileSync(path.join(root, 'alembic/env.py'), ENV);
  writeFileSync(path.join(root, 'alembic/script.py.mako'), '');
  for (let index = 1; index <= REVISIONS; index += 1)
    writeFileSync(path.join(root, `alembic/versions/${idOf(index)}_step.py`), revision(index));
  writeFileSync(
    path.join(root, 'dbsync.config.ts'),
    `export default { tool: { interpreter: ['${place.python}'] }, environments: { dev: { database: '${place.dialect}', urlVariable: 'APP_URL', protected: false } } };\n`,
  );
  return root;
};

const programs = (place: Place, root: string) => {
  const { NODE_OPTIONS: _loader, ...env } = process.env;
  let count = 0;
  return {
    alembic: (url: string, ...args: readonly string[]): Program => {
      writeFileSync(
        path.join(root, 'alembic.ini'),
        `[alembic]\nscript_location = %(here)s/alembic\nsqlalchemy.url = ${url.replaceAll('%', '%%')}\n`,
      );
      return { command: place.python, args: ['-m', 'alembic', ...args], cwd: root, env };
    },
    sync: (url: string): Program => {
      count += 1;
      const args = [
        'sync',
        '--env',
        'dev',
        '--confirm',
        'dev',
        '--accept-identity',
        '--task',
        `run-${count}`,
      ];
      const entry = path.join(repository, 'bin', 'dbsync.mjs');
      return { command: process.execPath, args: [entry, ...args], cwd: root, env: { ...env, APP_URL: url } };
    },
  };
};

const places = async (): Promise<readonly Place[]> => {
  const found: Place[] = [];
  const file = pythonWith();
  if (file) {
    const fresh = async () => {
      const name = path.join(temporary(), 'app.db');
      writeFileSync(name, '');
      return { url: `file:${name}`, alembic: `sqlite:///${name}` };
    };
    found.push({ title: 'SQLite', dialect: 'sqlite', python: file, fresh, stop: async () => undefined });
  }
  const python = pythonWith('psycopg2');
  const server = python ? await startPostgres() : null;
  if (python && server) {
    const fresh = async () => {
      const url = await server.createDatabase();
      return { url, alembic: url.replace(/^\w+:/, 'postgresql+psycopg2:') };
    };
    found.push({ title: server.title, dialect: 'postgres', python, fresh, stop: server.stop });
  }
  return found;
};

const CONTENDERS = ['alembic upgrade head', 'dbsync sync', 'alembic current', 'dbsync sync, no-op'] as const;
type Results = Record<(typeof CONTENDERS)[number], Measured[]>;

/** Both on databases of their own, in turn: a busy minute of the machine meets each of them. */
const round = async (place: Place, ask: ReturnType<typeof programs>): Promise<readonly Measured[]> => {
  const [bare, ours] = [await place.fresh(), await place.fresh()];
  return [
    await measure(ask.alembic(bare.alembic, 'upgrade', 'head')),
    await measure(ask.sync(ours.url)),
    await measure(ask.alembic(bare.alembic, 'current')),
    await measure(ask.sync(ours.url)),
  ];
};

const print = (results: Results): void => {
  for (const [index, name] of CONTENDERS.entries()) {
    const wall = column(results[name], 'wallMs');
    const base = CONTENDERS[index - (index % 2)] ?? name;
    const ratio = pairedRatio(wall, column(results[base], 'wallMs'));
    say(`  ${name.padEnd(24)}${fixed(median(wall) / 1000, 2).padStart(8)} s${fixed(ratio, 2).padStart(8)}`);
  }
};

/** Prints wall times and ratios for each engine. */
export const benchAlembic = async (runs: number, only?: string): Promise<void> => {
  build();
  sayMachine();
  say(`${REVISIONS} revisions; medians of ${runs} rounds after a warm-up.`);
  for (const place of await places()) {
    try {
      if (only && place.dialect !== only) continue;
      const ask = programs(place, makeProject(place));
      const results: Results = {
        'alembic upgrade head': [],
        'dbsync sync': [],
        'alembic current': [],
        'dbsync sync, no-op': [],
      };
      for (let count = 0; count <= runs; count += 1) {
        const measured = await round(place, ask);
        if (count > 0)
          for (const [index, name] of CONTENDERS.entries())
            results[name].push(...measured.slice(index, index + 1));
      }
      say();
      say(place.title);
      print(results);
    } finally {
      await place.stop();
    }
  }
};
