// From a loaded configuration and an environment's name to a target. The environment is always named, never a default.
import { DbsyncError } from '../errors/index.ts';
import { Secret, type Target, type Timeouts } from '../target/index.ts';
import type { EnvironmentConfig, PolicyRule } from './define.ts';
import type { LoadedConfig } from './load.ts';

/** An environment, resolved: the target and what may be done to it. */
export interface Environment {
  readonly name: string;
  readonly target: Target;
  readonly shadow: { readonly url: Secret | null; readonly scratch: boolean };
  readonly backup: { readonly take: boolean; readonly restore: boolean; readonly folder: string | null };
  readonly policy: Readonly<Record<string, PolicyRule>>;
  readonly inlineAcceptance: boolean;
  readonly allowPush: boolean;
  readonly executor: 'dbsync' | 'tool';
  readonly approvalMinutes: number;
  /** The identity that the configuration pins, if it does. */
  readonly identity: string | null;
}

/** Limits where the configuration sets none: short waits for locks, and an hour for a statement's work. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  lockMs: 5_000,
  statementMs: 3_600_000,
  runnerLockMs: 10_000,
  probeMs: 10_000,
};

const environmentOf = (loaded: LoadedConfig, name: string | undefined): EnvironmentConfig => {
  const known = Object.keys(loaded.config.environments);
  const list = known.map((item) => `--env ${item}`).join('  ');
  if (name === undefined) {
    throw new DbsyncError('ENVIRONMENT_REQUIRED', {
      summary: 'No environment was named.',
      why: 'The target is always explicit; there is no default that a mistake could fall back on.',
      next: [`Name one: ${list}`],
    });
  }
  const environment = Object.hasOwn(loaded.config.environments, name)
    ? loaded.config.environments[name]
    : undefined;
  if (environment) return environment;
  throw new DbsyncError('ENVIRONMENT_UNKNOWN', {
    summary: `The configuration declares no environment called "${name}".`,
    next: [`It declares: ${list}`],
  });
};

const resolveUrl = (
  loaded: LoadedConfig,
  name: string,
  environment: EnvironmentConfig,
  optional: boolean,
): Pick<Target, 'url' | 'urlVariable' | 'urlOrigin'> => {
  if (environment.url !== undefined)
    return { url: new Secret(environment.url), urlVariable: null, urlOrigin: 'config' };
  const variable = environment.urlVariable ?? 'DATABASE_URL';
  const found = loaded.variable(variable);
  if (found) return { url: new Secret(found.value), urlVariable: variable, urlOrigin: found.origin };
  if (optional) return { url: new Secret(''), urlVariable: variable, urlOrigin: 'environment' };
  throw new DbsyncError('URL_MISSING', {
    summary: `The variable ${variable}, which holds the URL of "${name}", is not set.`,
    why: `It is looked for in the environment, then in .env beside ${loaded.file}.`,
    next: [`Set ${variable} in the environment or in .env (and keep .env out of version control).`],
  });
};

const resolveShadowUrl = (
  loaded: LoadedConfig,
  name: string,
  variable: string | undefined,
): Secret | null => {
  if (variable === undefined) return null;
  const found = loaded.variable(variable);
  if (found) return new Secret(found.value);
  throw new DbsyncError('URL_MISSING', {
    summary: `The variable ${variable}, which holds the shadow URL of "${name}", is not set.`,
    next: [`Set ${variable}, or remove environments.${name}.shadow.urlVariable.`],
  });
};

/**
 * Resolves one environment. Throws ENVIRONMENT_REQUIRED, ENVIRONMENT_UNKNOWN, and URL_MISSING unless the caller works on
 * artifacts alone (`withoutUrl`), as an approval at a desk does.
 */
export const resolveEnvironment = (
  loaded: LoadedConfig,
  name: string | undefined,
  withoutUrl = false,
): Environment => {
  const environment = environmentOf(loaded, name);
  const known = name ?? '';
  const open = !environment.protected;
  return {
    name: known,
    target: {
      environment: known,
      protected: environment.protected,
      dialect: environment.database,
      ...resolveUrl(loaded, known, environment, withoutUrl),
      create: environment.create ?? false,
      root: loaded.root,
      timeouts: { ...DEFAULT_TIMEOUTS, ...environment.timeouts },
    },
    shadow: {
      url: withoutUrl ? null : resolveShadowUrl(loaded, known, environment.shadow?.urlVariable),
      scratch: environment.shadow?.scratch ?? false,
    },
    backup: {
      take: environment.backup?.take ?? true,
      restore: environment.backup?.restore ?? false,
      folder: environment.backup?.folder ?? null,
    },
    policy: environment.policy ?? {},
    inlineAcceptance: environment.inlineAcceptance ?? open,
    allowPush: environment.allowPush ?? open,
    executor: environment.executor ?? 'dbsync',
    approvalMinutes: environment.approvalMinutes ?? 60,
    identity: environment.identity ?? null,
  };
};
