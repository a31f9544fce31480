// What types cannot say about a configuration: secrets in it, names that do not exist, contradictions. Pure.
import { dialectNames } from '../dialects/registry.ts';
import { sourceNames } from '../sources/registry.ts';
import type { DbsyncConfig, EnvironmentConfig } from './define.ts';
import type { Problem } from './parse.ts';

/** `scheme://user:password@`, anywhere in a text and with any character in the password. */
const CREDENTIALS = /[a-z][a-z0-9+.-]*:\/\/[^\s@:/]*:[^\s]*@/i;
/** `password=...` in a query, or between spaces as libpq writes it. */
const SECRET_PARAMETER = /(?:^|[?&\s;])(password|passwd|sslpassword|pwd|authtoken)\s*=/i;

const stringsIn = (value: unknown, path: string): { path: string; text: string }[] => {
  if (typeof value === 'string') return [{ path, text: value }];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => stringsIn(item, path ? `${path}.${key}` : key));
};

/** Credentials anywhere in the configuration, whatever the key. Works on an unparsed value too. */
export const literalSecrets = (value: unknown): Problem[] =>
  stringsIn(value, '')
    .filter(({ text }) => CREDENTIALS.test(text) || SECRET_PARAMETER.test(text))
    .map(({ path }) => ({
      path,
      message: 'holds credentials; a configuration names a variable (`urlVariable`) and never holds a secret',
    }));

const environmentProblems = (name: string, environment: EnvironmentConfig): Problem[] => {
  const at = (key: string, message: string): Problem => ({ path: `environments.${name}.${key}`, message });
  const problems: Problem[] = [];
  if (!dialectNames().includes(environment.database)) {
    problems.push(at('database', `must be one of: ${dialectNames().join(', ')}`));
  }
  if (environment.url !== undefined && environment.urlVariable !== undefined) {
    problems.push(at('url', 'stands beside `urlVariable`; only one can be the source of the URL'));
  }
  if (environment.protected && environment.create) {
    problems.push(
      at('create', 'is not allowed where `protected` is true: a missing production database is an error'),
    );
  }
  return problems;
};

/** Every further problem of a configuration that has the right shape. */
export const judgeConfig = (config: DbsyncConfig): Problem[] => {
  const names = Object.keys(config.environments);
  const problems: Problem[] =
    names.length === 0 ? [{ path: 'environments', message: 'declares no environment' }] : [];
  if (config.source !== undefined && !sourceNames().includes(config.source)) {
    problems.push({ path: 'source', message: `must be one of: ${sourceNames().join(', ')}` });
  }
  if (config.strategy === 'push') {
    problems.push({
      path: 'strategy',
      message: 'push is chosen for one run, with `--strategy push --reason "..."`, never for good',
    });
  }
  const seen = new Map<string, string>();
  for (const [name, environment] of Object.entries(config.environments)) {
    problems.push(...environmentProblems(name, environment));
    const folded = name.toLowerCase();
    const twin = seen.get(folded);
    if (twin)
      problems.push({ path: `environments.${name}`, message: `differs from "${twin}" only in letter case` });
    seen.set(folded, name);
  }
  return problems;
};
