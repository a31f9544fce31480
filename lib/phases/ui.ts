// How a phase talks to whoever started it. Implemented in cli/; a gulpfile or a test may bring its own.
import type { CheckResult } from '../preflight/model.ts';

export interface CheckItem {
  readonly title: string;
  readonly run: () => Promise<CheckResult>;
}

/** Questions to a person; null where there is no terminal on both ends. */
export interface Questions {
  /** `refuse` says why an answer will not do, so that it is asked again; null where it will. */
  readonly text: (
    message: string,
    initial?: string,
    refuse?: (answer: string) => string | null,
  ) => Promise<string>;
  readonly choice: (
    message: string,
    choices: readonly { readonly name: string; readonly message: string }[],
  ) => Promise<string>;
}

export interface Ui {
  /** One concurrent list of checks; never throws for a check that failed. */
  readonly checks: (items: readonly CheckItem[]) => Promise<readonly CheckResult[]>;
  /** One piece of work that can take long; `report` replaces its status line. */
  readonly work: <T>(title: string, run: (report: (status: string) => void) => Promise<T>) => Promise<T>;
  /** Lines for a person, wrapped and coloured by the implementation. */
  readonly show: (part: { readonly kind: string; readonly data: unknown }) => void;
  readonly questions: Questions | null;
}

/** Says nothing and asks nothing: for callers that only want the result. */
export const silentUi: Ui = {
  checks: (items) => Promise.all(items.map((item) => item.run())),
  work: (_title, run) => run(() => {}),
  show: () => {},
  questions: null,
};
