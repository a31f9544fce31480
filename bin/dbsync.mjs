#!/usr/bin/env node
// The installed command: dbsync <task> [options]. Runs the build; Node does not strip types below node_modules.
if (process.env.DBSYNC_DEBUG) process.setSourceMapsEnabled(true);
const { runCommand } = await import('../dist/lib/cli/command.js');

await runCommand(process.argv.slice(2));
