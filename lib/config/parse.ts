// From an unknown value to a configuration, with every problem and its path. Pure; the only importer of valibot.
import * as v from 'valibot';
import type { DbsyncConfig } from './define.ts';

export interface Problem {
  /** `environments.dev.database`. */
  readonly path: string;
  readonly message: string;
}

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400_000));
const variable = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable, not a URL'),
);
const command = v.pipe(v.array(v.string()), v.minLength(1));
const reason = v.pipe(v.string(), v.trim(), v.minLength(8, 'a reason of at least 8 characters is required'));

const rule = v.union(
  [v.picklist(['allow', 'deny']), v.strictObject({ accept: reason })],
  "must be 'allow', 'deny' or { accept: 'reason' }",
);

const environment = v.strictObject({
  database: v.string(),
  urlVariable: v.optional(variable),
  url: v.optional(v.string()),
  protected: v.boolean('must say true or false: does a mistake here cost data?'),
  create: v.optional(v.boolean()),
  identity: v.optional(v.string()),
  timeouts: v.optional(
    v.strictObject({
      connectMs: v.optional(milliseconds),
      lockMs: v.optional(milliseconds),
      statementMs: v.optional(milliseconds),
      runnerLockMs: v.optional(milliseconds),
      probeMs: v.optional(milliseconds),
    }),
  ),
  shadow: v.optional(v.strictObject({ urlVariable: v.optional(variable), scratch: v.optional(v.boolean()) })),
  backup: v.optional(
    v.strictObject({
      take: v.optional(v.boolean()),
      restore: v.optional(v.boolean()),
      folder: v.optional(v.string()),
    }),
  ),
  policy: v.optional(v.record(v.string(), rule)),
  inlineAcceptance: v.optional(v.boolean()),
  allowPush: v.optional(v.boolean()),
  executor: v.optional(v.picklist(['dbsync', 'tool'], "must be 'dbsync' or 'tool'")),
  approvalMinutes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_080))),
});

const config = v.strictObject({
  project: v.optional(v.string()),
  source: v.optional(v.string()),
  schema: v.optional(v.pipe(v.string(), v.minLength(1))),
  migrations: v.optional(v.pipe(v.string(), v.minLength(1))),
  strategy: v.optional(v.picklist(['migrate', 'push'])),
  environments: v.record(
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is not a usable environment name')),
    environment,
  ),
  ignore: v.optional(v.array(v.pipe(v.string(), v.minLength(1)))),
  tool: v.optional(
    v.strictObject({
      interpreter: v.optional(command),
      urlVariables: v.optional(v.array(variable)),
      section: v.optional(v.pipe(v.string(), v.minLength(1))),
      head: v.optional(v.pipe(v.string(), v.minLength(1))),
    }),
  ),
  compatibility: v.optional(
    v.strictObject({
      command,
      timeoutMs: v.optional(milliseconds),
    }),
  ),
});

const words = (issue: v.BaseIssue<unknown>): string => {
  if (issue.expected === 'never') return 'is not a known key';
  if (issue.received === 'undefined')
    return issue.message.startsWith('Invalid') ? 'is missing' : issue.message;
  // Never the received value: it can be a secret in the wrong place.
  return issue.message.startsWith('Invalid')
    ? `must be ${issue.expected ?? 'of another type'}`
    : issue.message;
};

/** Parses the default export of a configuration file. */
export const parseConfig = (
  value: unknown,
): { readonly config: DbsyncConfig | null; readonly problems: readonly Problem[] } => {
  const result = v.safeParse(config, value);
  if (result.success) return { config: result.output as DbsyncConfig, problems: [] };
  const problems = result.issues.map((issue) => ({
    path: v.getDotPath(issue) ?? '(the whole file)',
    message: words(issue),
  }));
  return { config: null, problems };
};
