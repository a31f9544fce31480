import './_boot.ts';
import { argumentsOf } from '../lib/cli/run.ts';
import { runTool } from '../lib/cli/tool.ts';

await runTool('prisma', argumentsOf('prisma.ts'));
