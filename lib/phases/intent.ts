// Phase 0: code to target, an explicit environment, the kind of database checked against the URL, a name for the run.
import { type Run, type Stored, writeArtifact } from '../audit/index.ts';
import { EXIT } from '../errors/index.ts';
import type { Context } from './context.ts';
import type { Intent } from './intent-model.ts';
import type { Outcome } from './outcome.ts';
import { proposeTask, startRun } from './run.ts';
import { checkStrategy } from './strategy.ts';
import { VERSION } from './version.ts';

/** The run's name: as given, as confirmed at a terminal, or as proposed. */
const chooseTask = async (context: Context): Promise<string> => {
  const { task, confirm } = context.options;
  if (task !== undefined) return task;
  const proposal = proposeTask(context);
  const { questions } = context.world.ui;
  if (!questions || confirm !== undefined) return proposal;
  return (await questions.text('Name of this run', proposal)).trim() || proposal;
};

/** Declares the intent and opens the run. Throws STRATEGY_REASON_REQUIRED, PUSH_REFUSED, USAGE. */
export const declareIntent = async (
  context: Context,
): Promise<{ readonly run: Run; readonly intent: Stored<'intent', Intent> }> => {
  const strategy = checkStrategy(context);
  const run = startRun(context, await chooseTask(context));
  const { environment, address, detection, redact, world, options } = context;
  const body: Intent = {
    task: run.task,
    direction: 'code-to-database',
    environment: environment.name,
    protected: environment.target.protected,
    dialect: environment.target.dialect,
    display: address.display,
    strategy,
    reason: options.reason ?? null,
    detection,
    version: VERSION,
  };
  return {
    run,
    intent: writeArtifact(run, { kind: 'intent', previous: null, body, at: world.now(), redact }),
  };
};

/** The phase by itself. */
export const intent = async (context: Context): Promise<Outcome> => {
  const declared = await declareIntent(context);
  return { exitCode: EXIT.done, kind: 'intent', data: declared.intent.artifact.body };
};
