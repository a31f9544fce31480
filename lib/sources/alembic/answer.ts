// What the bridge sends back, parsed once at the door. Knows the wire's words and nothing of what they are for.

/** A revision of the history, as Alembic's own graph has it. */
export interface Revision {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  readonly checksum: string;
  /** `down_revision`, one or several. */
  readonly parents: readonly string[];
  /** `depends_on`, resolved. */
  readonly needs: readonly string[];
  readonly labels: readonly string[];
  readonly title: string;
  readonly head: boolean;
}

export interface History {
  /** In the order in which Alembic would apply them to an empty database. */
  readonly revisions: readonly Revision[];
  readonly heads: readonly string[];
  readonly warnings: readonly string[];
  /** Absolute folders with revisions. */
  readonly folders: readonly string[];
  /** What env.py configures when it has no connection; null where that half fails. */
  readonly settings: EnvSettings | null;
}

/** What env.py configures. */
export interface EnvSettings {
  readonly table: string;
  readonly schema: string | null;
  readonly hasModels: boolean;
  readonly perMigration: boolean;
}

export interface DifferenceLine {
  readonly text: string;
  readonly sql: string | null;
}

export interface Inspection extends EnvSettings {
  readonly rows: readonly string[];
  readonly atHead: boolean;
  /** Null: autogenerate was not asked, or could not be. */
  readonly difference: readonly DifferenceLine[] | null;
}

export interface Versions {
  readonly python: string;
  readonly executable: string;
  readonly alembic: string | null;
  readonly sqlalchemy: string | null;
  /** Why one of the two cannot be imported although it is installed; null where nothing is wrong. */
  readonly broken: string | null;
}

/** A place in the project's own files. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly code: string | null;
}

export interface Failure {
  readonly kind: string;
  readonly type: string;
  readonly message: string;
  readonly code: string | null;
  readonly statement: string | null;
  readonly revision: string | null;
  readonly frames: readonly Frame[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** The last of what the project printed. */
  readonly printed: string;
}

export type Json = Readonly<Record<string, unknown>>;

export const recordOf = (value: unknown): Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {};
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
export const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textsOf = (value: unknown): readonly string[] => listOf(value).map(textOf);

const revisionOf = (value: unknown): Revision => {
  const it = recordOf(value);
  return {
    id: textOf(it.id),
    path: textOf(it.path),
    checksum: textOf(it.checksum),
    parents: textsOf(it.parents),
    needs: textsOf(it.needs),
    labels: textsOf(it.labels),
    title: textOf(it.title),
    head: it.head === true,
  };
};

export const settingsOf = (answer: Json): EnvSettings => ({
  table: textOf(answer.table) || 'alembic_version',
  schema: textOrNull(answer.schema),
  hasModels: answer.hasModels === true,
  perMigration: answer.perMigration === true,
});

export const historyOf = (answer: Json): History => ({
  revisions: listOf(answer.revisions).map(revisionOf),
  heads: textsOf(answer.heads),
  warnings: textsOf(answer.warnings),
  folders: textsOf(answer.folders),
  settings: answer.settings === null ? null : settingsOf(recordOf(answer.settings)),
});

export const inspectionOf = (answer: Json): Inspection => ({
  ...settingsOf(answer),
  rows: textsOf(answer.rows),
  atHead: answer.atHead === true,
  difference: Array.isArray(answer.difference)
    ? answer.difference.map(recordOf).map((line) => ({ text: textOf(line.text), sql: textOrNull(line.sql) }))
    : null,
});

export const versionsOf = (answer: Json): Versions => ({
  python: textOf(answer.python),
  executable: textOf(answer.executable),
  alembic: textOrNull(answer.alembic),
  sqlalchemy: textOrNull(answer.sqlalchemy),
  broken: textOrNull(answer.broken),
});

export const failureOf = (event: Json, printed: string): Failure => ({
  kind: textOf(event.kind) || 'failed',
  type: textOf(event.type),
  message: textOf(event.message),
  code: textOrNull(event.code),
  statement: textOrNull(event.statement),
  revision: textOrNull(event.revision),
  frames: listOf(event.frames)
    .map(recordOf)
    .map((frame) => ({
      file: textOf(frame.file),
      line: numberOrNull(frame.line) ?? 0,
      code: textOrNull(frame.code),
    })),
  facts: recordOf(event.facts),
  printed,
});
