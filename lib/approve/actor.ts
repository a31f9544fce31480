// Who is at the keyboard: a person, an automation, or an automated agent. Pure; everything it looks at is a parameter.
import type { Actor } from './model.ts';

/** What the outside world says; gathered in cli/. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  /** Login name and host. */
  readonly user: string;
  readonly host: string;
  readonly fileExists: (path: string) => boolean;
}

interface Marker {
  readonly name: string;
  readonly matches: (environment: Surroundings['environment']) => boolean;
}

const set = (name: string): Marker => ({ name, matches: (environment) => Boolean(environment[name]) });
const equals = (name: string, value: string): Marker => ({
  name: `${name}=${value}`,
  matches: (environment) => environment[name]?.toLowerCase() === value,
});
const prefix = (text: string): Marker => ({
  name: `${text}*`,
  matches: (environment) =>
    Object.keys(environment).some((key) => key.startsWith(text) && environment[key] !== ''),
});

/**
 * Variables by which coding agents announce themselves to the programs that they start. The list follows the one that
 * Prisma 7 ships for the same purpose (packages/migrate/src/utils/ai-safety.ts); a false alarm costs a person one command,
 * a miss can cost a database.
 */
const AGENT_MARKERS: readonly Marker[] = [
  set('CLAUDECODE'),
  prefix('CLAUDE_CODE_'),
  prefix('CODEX_'),
  set('GEMINI_CLI'),
  set('QWEN_CODE'),
  set('CURSOR_AGENT'),
  set('COPILOT_CLI'),
  prefix('OPENCODE'),
  set('CLINE_ACTIVE'),
  equals('AGENT', 'goose'),
  equals('AGENT', 'amp'),
  set('CRUSH'),
  equals('OR_APP_NAME', 'aider'),
  set('AUGMENT_AGENT'),
  set('ANTIGRAVITY_AGENT'),
  set('REPLIT_SESSION'),
  set('AI_AGENT'),
  set('AGENT'),
];

const AGENT_FILES: readonly string[] = ['/opt/.devin'];

const CI_MARKERS: readonly string[] = [
  'CI',
  'CONTINUOUS_INTEGRATION',
  'BUILD_NUMBER',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'TF_BUILD',
];

/** The actor, and the marker it was recognised by. A person is who is left, and only at a terminal on both ends. */
export const detectActor = (surroundings: Surroundings): Actor => {
  const terminal = surroundings.stdinIsTerminal && surroundings.stdoutIsTerminal;
  const name = `${surroundings.user}@${surroundings.host}`;
  const agent =
    AGENT_MARKERS.find((marker) => marker.matches(surroundings.environment))?.name ??
    AGENT_FILES.find((file) => surroundings.fileExists(file));
  if (agent) return { kind: 'agent', name, terminal, marker: agent };
  const automation = CI_MARKERS.find((key) => {
    const value = surroundings.environment[key];
    return value !== undefined && value !== '' && value !== 'false' && value !== '0';
  });
  if (automation) return { kind: 'automation', name, terminal, marker: automation };
  return {
    kind: terminal ? 'person' : 'automation',
    name,
    terminal,
    marker: terminal ? null : 'no terminal',
  };
};
