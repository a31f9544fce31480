#!/usr/bin/env node
// The installed command: dbsync <task> [options]. Runs the build; Node does not strip types below node_modules.
import { runCommand } from '../dist/lib/cli/command.js';

await runCommand(process.argv.slice(2));
