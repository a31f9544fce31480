// Layouts of Alembic projects, and what is found in them.

export interface DetectCase {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** Absent: nothing is found. */
  readonly found?: {
    readonly root: string;
    readonly schema: string;
    readonly migrations: string;
    readonly config: string | undefined;
    readonly dialect?: string;
    readonly version?: string;
  };
  readonly code?: string;
  readonly names?: readonly RegExp[];
}

const ENV = 'from alembic import context\ncontext.run_migrations()\n';
const ini = (lines: string): string => `[alembic]\n${lines}\n`;
const usual = { root: '.', schema: 'alembic/env.py', migrations: 'alembic/versions', config: 'alembic.ini' };

export const DETECT_CASES: readonly DetectCase[] = [
  {
    title: 'the layout of `alembic init`',
    files: { 'alembic.ini': ini('script_location = alembic'), 'alembic/env.py': ENV },
    found: usual,
  },
  {
    title: "the database that the configuration names, in dbsync's word",
    files: {
      'alembic.ini': ini('script_location = alembic\nsqlalchemy.url = postgresql+asyncpg://u:p@h/d'),
      'alembic/env.py': ENV,
      'requirements.txt': 'flask\nalembic==1.13.2\n',
    },
    found: { ...usual, dialect: 'postgres', version: '1.13.2' },
  },
  {
    title: 'the version of a lock file',
    files: {
      'alembic.ini': ini('script_location = alembic'),
      'alembic/env.py': ENV,
      'uv.lock': '[[package]]\nname = "alembic"\nversion = "1.16.4"\n',
    },
    found: { ...usual, version: '1.16.4' },
  },
  {
    title: 'three folders down, with %(here)s',
    files: {
      'services/api/db/alembic.ini': ini('script_location = %(here)s/migrations'),
      'services/api/db/migrations/env.py': ENV,
    },
    found: {
      root: 'services/api/db',
      schema: 'migrations/env.py',
      migrations: 'migrations/versions',
      config: 'alembic.ini',
    },
  },
  {
    title: 'five folders down, where nothing is nearer',
    files: { 'src/a/b/c/d/alembic.ini': ini('script_location = x'), 'src/a/b/c/d/x/env.py': ENV },
    found: {
      root: 'src/a/b/c/d',
      schema: 'x/env.py',
      migrations: 'x/versions',
      config: 'alembic.ini',
    },
  },
  {
    title: 'a folder with env.py and no configuration, before a configuration deep in another part',
    files: {
      'shop/db/env.py': ENV,
      'shop/db/versions/a.py': '',
      'a/b/c/d/alembic.ini': ini('script_location = x'),
      'a/b/c/d/x/env.py': ENV,
    },
    found: { root: 'shop', schema: 'db/env.py', migrations: 'db/versions', config: undefined },
  },
  {
    title: 'six folders down is another project',
    files: { 'a/b/c/d/e/f/alembic.ini': ini('script_location = x'), 'a/b/c/d/e/f/x/env.py': ENV },
  },
  {
    title: "a configuration that the project's own code fills in",
    files: {
      'shop/__init__.py': '',
      'shop/alembic.ini': ini('script_location = {alembic_dir}\nsqlalchemy.url = {db_url}'),
      'shop/alembic/env.py': ENV,
      'shop/alembic/versions/a.py': '',
      'shop/share/versions/a.py': '',
    },
    found: {
      root: 'shop',
      schema: 'alembic/env.py',
      migrations: 'alembic/versions',
      config: 'alembic.ini',
    },
  },
  {
    title: 'a configuration in a folder of its own, run from the root',
    files: { 'conf/alembic.ini': ini('script_location = db/migrations'), 'db/migrations/env.py': ENV },
    found: {
      root: '.',
      schema: 'db/migrations/env.py',
      migrations: 'db/migrations/versions',
      config: 'conf/alembic.ini',
    },
  },
  {
    title: "Flask-Migrate's folder inside of a package, run from above the package",
    files: {
      'backend/shop/__init__.py': '',
      'backend/shop/migrations/alembic.ini': ini(''),
      'backend/shop/migrations/env.py': ENV,
    },
    found: {
      root: 'backend',
      schema: 'shop/migrations/env.py',
      migrations: 'shop/migrations/versions',
      config: 'shop/migrations/alembic.ini',
    },
  },
  {
    title: 'package notation',
    files: { 'alembic.ini': ini('script_location = shop.db:migrations'), 'shop/db/migrations/env.py': ENV },
    found: {
      root: '.',
      schema: 'shop/db/migrations/env.py',
      migrations: 'shop/db/migrations/versions',
      config: 'alembic.ini',
    },
  },
  {
    title: 'package notation under src',
    files: { 'alembic.ini': ini('script_location = shop:migrations'), 'src/shop/migrations/env.py': ENV },
    found: {
      root: '.',
      schema: 'src/shop/migrations/env.py',
      migrations: 'src/shop/migrations/versions',
      config: 'alembic.ini',
    },
  },
  {
    title: 'several version locations',
    files: {
      'alembic.ini': ini('script_location = alembic\nversion_locations = %(here)s/a %(here)s/b'),
      'alembic/env.py': ENV,
    },
    found: { ...usual, migrations: 'a, b' },
  },
  {
    title: 'pyproject.toml alone',
    files: {
      'pyproject.toml': '[tool.alembic]\nscript_location = "%(here)s/alembic"\n',
      'alembic/env.py': ENV,
    },
    found: { ...usual, config: 'pyproject.toml' },
  },
  {
    title: 'a pyproject.toml that has nothing of Alembic',
    files: { 'pyproject.toml': '[project]\nname = "x"\ndependencies = ["alembic"]\n' },
  },
  {
    title: 'a script folder without any configuration',
    files: { 'db/alembic/env.py': ENV, 'db/alembic/versions/a.py': '' },
    found: { root: 'db', schema: 'alembic/env.py', migrations: 'alembic/versions', config: undefined },
  },
  {
    title:
      'a script folder inside of a package, without any configuration: the code imports itself from above the package',
    files: {
      'src/shop/__init__.py': '',
      'src/shop/migrations/env.py': ENV,
      'src/shop/migrations/versions/a.py': '',
    },
    found: {
      root: 'src',
      schema: 'shop/migrations/env.py',
      migrations: 'shop/migrations/versions',
      config: undefined,
    },
  },
  {
    title: 'an env.py of something else is none of ours',
    files: { 'deploy/env.py': 'NAME = 1\n', 'deploy/versions/a.py': '' },
  },
  {
    title: 'the layout of Flask-Migrate',
    files: {
      'migrations/alembic.ini': ini(''),
      'migrations/env.py': `from flask import current_app\n${ENV}`,
      'migrations/versions/a.py': '',
    },
    found: {
      root: '.',
      schema: 'migrations/env.py',
      migrations: 'migrations/versions',
      config: 'migrations/alembic.ini',
    },
  },
  {
    title: 'virtual environments are not searched',
    files: {
      'venv/lib/alembic.ini': ini('script_location = x'),
      '.venv/alembic.ini': ini('script_location = x'),
    },
  },
  {
    title: 'the nearest configuration wins',
    files: {
      'alembic.ini': ini('script_location = alembic'),
      'alembic/env.py': ENV,
      'examples/alembic.ini': ini('script_location = x'),
    },
    found: usual,
  },
  {
    title: 'two at the same distance: refused, with both named',
    files: {
      'a/alembic.ini': ini('script_location = m'),
      'a/m/env.py': ENV,
      'b/alembic.ini': ini('script_location = m'),
      'b/m/env.py': ENV,
    },
    code: 'SOURCE_AMBIGUOUS',
    names: [/a\/alembic\.ini/, /b\/alembic\.ini/],
  },
  {
    title: 'a script_location that is not there: refused',
    files: { 'alembic.ini': ini('script_location = nowhere') },
    code: 'SOURCE_INVALID',
  },
  {
    title: 'named sections: the project is found, and opening it asks which',
    files: {
      'alembic.ini': '[billing]\nscript_location = alembic\n[stock]\nscript_location = stock\n',
      'alembic/env.py': ENV,
      'stock/env.py': ENV,
    },
    found: usual,
  },
  { title: 'an empty folder', files: {} },
];
