#!/usr/bin/env node
// The installed command: dbsync <task> [options]. Runs the build; Node does not strip types below node_modules.
import { register as registerRequire } from 'tsx/cjs/api';
import { register } from 'tsx/esm/api';
import { runCommand } from '../dist/lib/cli/command.js';

// A configuration written in TypeScript is loaded as it is, in a folder of ES modules and in one without a package.json.
register();
registerRequire();
await runCommand(process.argv.slice(2));
