// How a next command is written for the person who reads it: as they started dbsync, with the options that they need again. Pure.

/** How this process was started. */
export interface Invocation {
  /** Through the installed command, not through a task file of this repository. */
  readonly installed: boolean;
  readonly env?: string | undefined;
  readonly config?: string | undefined;
}

const TASK = /npx zx tasks\/([a-z]+)\.ts([^\n`]*)/g;

/** Rewrites every command in a text: `npx zx tasks/plan.ts --env <env>` becomes what the reader can type. */
export const commandsFor =
  (invocation: Invocation): ((text: string) => string) =>
  (text) =>
    text.replace(TASK, (_whole, task: string, rest: string) => {
      const head = invocation.installed ? `npx dbsync ${task}` : `npx zx tasks/${task}.ts`;
      const options = invocation.env === undefined ? rest : rest.replaceAll('<env>', invocation.env);
      const config =
        invocation.config === undefined || rest.includes('--config') ? '' : ` --config ${invocation.config}`;
      return `${head}${config}${options}`;
    });
