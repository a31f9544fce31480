// Lints migrations by their texts, from the build, in a process of its own; they come as JSON on the standard input. Tells what it took.
// usage: node lint-child.mjs <dialect>
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { tuneEngine } from '../../dist/lib/cli/engine.js';
import { loadDialect } from '../../dist/lib/dialects/registry.js';
import { lintMigrations } from '../../dist/lib/plan/lint.js';

// As the command does.
tuneEngine();
const [name] = process.argv.slice(2);
const migrations = JSON.parse(readFileSync(0, 'utf8'));
const dialect = await loadDialect(name);
const { offline } = dialect;
const server = offline?.server(null);
if (!offline || !server) throw new Error(`${name} cannot be analysed by texts alone.`);
// The work of loading is over before the clock starts.
await pause(50);
const start = process.cpuUsage();
const linted = lintMigrations({ dialect, offline, server, migrations, wanted: () => true, complete: true });
const { user, system } = process.cpuUsage(start);
const whole = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    statements: linted.statements,
    hazards: linted.hazards.length,
    cpuMs: (user + system) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    wholeMs: (whole.user + whole.system) / 1000,
  }),
);
