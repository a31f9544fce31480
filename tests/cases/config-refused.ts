// Configurations that are refused: each with the paths of its problems, and those that hold a secret somewhere.
export const SECRET = 'hunter2-and-more';

export const base = (more: Readonly<Record<string, unknown>> = {}) => ({
  environments: { dev: { database: 'sqlite', protected: false, ...more } },
});

export interface Case {
  readonly name: string;
  readonly value: unknown;
  /** Paths of the problems, in any order. */
  readonly paths: readonly string[];
}

export const REFUSED: readonly Case[] = [
  { name: 'no default export', value: undefined, paths: ['(the whole file)'] },
  { name: 'a list', value: [], paths: ['environments'] },
  { name: 'no environments', value: {}, paths: ['environments'] },
  { name: 'an empty list of environments', value: { environments: {} }, paths: ['environments'] },
  {
    name: 'an environment without anything',
    value: { environments: { dev: {} } },
    paths: ['environments.dev.database', 'environments.dev.protected'],
  },
  {
    name: 'unknown keys at every depth',
    value: {
      ...base({ protectd: true, timeouts: { lockms: 1 }, shadow: { url: 'x' }, backup: { dir: 'x' } }),
      enviroments: {},
    },
    paths: [
      'enviroments',
      'environments.dev.backup.dir',
      'environments.dev.protectd',
      'environments.dev.shadow.url',
      'environments.dev.timeouts.lockms',
    ],
  },
  {
    name: 'wrong types',
    value: {
      ...base({ protected: 'yes', create: 1, approvalMinutes: 0, timeouts: { lockMs: -1 } }),
      ignore: 'x',
    },
    paths: [
      'environments.dev.approvalMinutes',
      'environments.dev.create',
      'environments.dev.protected',
      'environments.dev.timeouts.lockMs',
      'ignore',
    ],
  },
  {
    name: 'a variable that is no name',
    value: base({ urlVariable: 'file:./dev.db' }),
    paths: ['environments.dev.urlVariable'],
  },
  {
    name: 'an unknown database',
    value: base({ database: 'oracle' }),
    paths: ['environments.dev.database'],
  },
  { name: 'an unknown source', value: { ...base(), source: 'liquibase' }, paths: ['source'] },
  { name: 'push for good', value: { ...base(), strategy: 'push' }, paths: ['strategy'] },
  {
    name: 'create where protected',
    value: base({ protected: true, create: true }),
    paths: ['environments.dev.create'],
  },
  {
    name: 'url beside urlVariable',
    value: base({ url: 'file:./dev.db', urlVariable: 'DATABASE_URL' }),
    paths: ['environments.dev.url'],
  },
  {
    name: 'a policy without a reason',
    value: base({ policy: { 'sqlite-drop-table': { accept: 'short' }, 'sqlite-drop-column': 'ignore' } }),
    paths: ['environments.dev.policy.sqlite-drop-column', 'environments.dev.policy.sqlite-drop-table.accept'],
  },
  {
    name: 'twins by letter case',
    value: {
      environments: {
        Production: { database: 'sqlite', protected: true },
        production: { database: 'sqlite', protected: true },
      },
    },
    paths: ['environments.production'],
  },
  {
    name: 'a compatibility command that is a line',
    value: { ...base(), compatibility: { command: 'npm test' } },
    paths: ['compatibility.command'],
  },
  {
    name: 'several kinds of problem at once',
    value: { ...base({ database: 'oracle', protected: true, create: true }), source: 'x', strategy: 'push' },
    paths: ['environments.dev.create', 'environments.dev.database', 'source', 'strategy'],
  },
];

/** Values that hold a secret, wherever they stand. */
export const WITH_SECRET: readonly (readonly [string, unknown, string])[] = [
  ['url', base({ url: `postgresql://app:${SECRET}@db/app` }), 'environments.dev.url'],
  ['percent-encoded', base({ url: `mysql://app:p%40${SECRET}%2F@db/app` }), 'environments.dev.url'],
  ['without a user', base({ url: `postgres://:${SECRET}@db/app` }), 'environments.dev.url'],
  ['with blanks before it', base({ url: `  postgresql://app:${SECRET}@db/app` }), 'environments.dev.url'],
  ['as a parameter', base({ url: `postgresql://db/app?password=${SECRET}` }), 'environments.dev.url'],
  ['as a token', base({ url: `libsql://db/app?authToken=${SECRET}` }), 'environments.dev.url'],
  ['in identity', base({ identity: `postgresql://app:${SECRET}@db/app` }), 'environments.dev.identity'],
  [
    'in the variable',
    base({ urlVariable: `postgresql://app:${SECRET}@db/app` }),
    'environments.dev.urlVariable',
  ],
  ['in project', { ...base(), project: `postgresql://app:${SECRET}@db/app` }, 'project'],
  ['in an unknown key', { ...base(), shadowUrl: `postgresql://app:${SECRET}@db/app` }, 'shadowUrl'],
  ['in a list', { ...base(), ignore: ['x', `mysql://app:${SECRET}@db/app`] }, 'ignore.1'],
];
