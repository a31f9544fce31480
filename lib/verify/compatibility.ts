// Runs the project's own check (its build or tests) after the change. No shell; bounded in time; output redacted.
import { spawn } from 'node:child_process';
import type { Redact } from '../target/index.ts';
import type { Compatibility } from './model.ts';

const TAIL_LINES = 20;
const KEPT_CHARACTERS = 100_000;

export interface CompatibilityOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly redact: Redact;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** The command's exit code and the end of its output; a command that cannot be started has exit code null. */
export const runCompatibility = (options: CompatibilityOptions): Promise<Compatibility> =>
  new Promise((resolve) => {
    const [file = '', ...parameters] = options.command;
    const startedAt = options.now().getTime();
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_CHARACTERS);
    };
    const settle = (exitCode: number | null): void => {
      const lines = options
        .redact(output)
        .split('\n')
        .map((line) => line.trimEnd())
        .filter(Boolean);
      resolve({
        command: options.command,
        exitCode,
        durationMs: options.now().getTime() - startedAt,
        tail: lines.slice(-TAIL_LINES),
      });
    };
    const child = spawn(file, parameters, {
      cwd: options.cwd,
      env: { ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      signal: options.signal,
    });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      output += `\n${error.message}`;
      settle(null);
    });
    child.on('close', (code) => settle(code));
  });
