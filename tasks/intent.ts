import './_boot.ts';
import { argumentsOf, runTask } from '../lib/cli/run.ts';

await runTask('intent', argumentsOf('intent.ts'));
