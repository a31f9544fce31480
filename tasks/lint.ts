import './_boot.ts';
import { argumentsOf, runTask } from '../lib/cli/run.ts';

await runTask('lint', argumentsOf('lint.ts'));
