// What the schema files need and no migration has. Tells it from what the migrations made by hand and a schema file does not say:
// an index with a condition is no reason to call a plan incomplete.
import type { Session } from '../../dialects/contract.ts';
import type { ScanRules, Statement } from '../../sql/index.ts';
import { splitStatements } from '../../sql/index.ts';
import { KEPT_MARK } from '../contract.ts';
import type { Asked } from './asked.ts';
import { type Declared, scriptOf } from './declared/index.ts';
import type { Provider } from './providers.ts';
import { nativeFor, schemaDifference } from './push.ts';
import { shown } from './words.ts';

/** Objects that a schema file cannot say, and the unique indexes, as `kind owner name` in one word. */
export type Unsayable = ReadonlySet<string>;

const wordOf = (kind: string, owner: string | null, name: string): string =>
  [kind, owner ?? '', name].join('\u0000');

/** Asks the database which of its objects no schema file can say. */
export const readUnsayable = async (session: Session, provider: Provider): Promise<Unsayable> => {
  const rows = await session.query(provider.unsayable);
  return new Set(
    rows.map((row) =>
      wordOf(String(row.kind), row.owner === null ? null : String(row.owner), String(row.name)),
    ),
  );
};

/** The last part of a quoted name: `"public"."x"` is x. */
const lastName = (text: string): string => {
  const part = /(?:"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|(\w+))\s*$/.exec(text);
  return (part?.[1]?.replaceAll('""', '"') ?? part?.[2]?.replaceAll('``', '`') ?? part?.[3] ?? '').trim();
};

const NAME = '(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|\\w+)';
const QUALIFIED = `${NAME}(?:\\.${NAME})*`;
const DROP_INDEX = new RegExp(`^DROP INDEX (${QUALIFIED})(?: ON (${QUALIFIED}))?$`, 'i');
const DROP_TABLE = new RegExp(`^DROP TABLE (${QUALIFIED})$`, 'i');
const DROP_DEFAULT = new RegExp(
  `^ALTER TABLE (${QUALIFIED}) ALTER COLUMN (${NAME}) (?:DROP DEFAULT|DROP NOT NULL)$`,
  'i',
);

/** Why a statement of the engine's need not run; null where it must. */
export type Kept = 'unsayable' | 'undeclared' | null;

/**
 * `unsayable`: it drops what no schema file can say. `undeclared`: it drops an index that the schema does not name, and that only
 * costs or saves time: the code works with it as well as without it. A unique one is no such index: it refuses rows that the code
 * believes it may write. Pure.
 */
export const keptBecause = (text: string, unsayable: Unsayable): Kept => {
  const index = DROP_INDEX.exec(text);
  if (index) {
    const name = lastName(index[1] ?? '');
    if (unsayable.has(wordOf('index', null, name))) return 'unsayable';
    return unsayable.has(wordOf('unique', null, name)) ? null : 'undeclared';
  }
  const table = DROP_TABLE.exec(text);
  if (table && unsayable.has(wordOf('table', null, lastName(table[1] ?? '')))) return 'unsayable';
  const column = DROP_DEFAULT.exec(text);
  const owner = lastName(column?.[1] ?? '');
  return column && unsayable.has(wordOf('default', owner, lastName(column[2] ?? ''))) ? 'unsayable' : null;
};

const REASONS: Readonly<Record<NonNullable<Kept>, string>> = {
  unsayable: 'a schema file cannot say it',
  undeclared: 'made by a migration, not declared in the schema',
};

const oneLine = (text: string): string => shown(text.replace(/\s+/g, ' '), 300);

/** The engine's SQL in two parts: what must run, and one line for each object that stays. */
export const sortStatements = (
  sql: string,
  rules: ScanRules,
  unsayable: Unsayable,
): { readonly needed: readonly Statement[]; readonly kept: readonly { text: string; why: Kept }[] } => {
  const statements = splitStatements(sql, { file: 'schema', rules });
  const judged = statements.map((statement) => ({ statement, why: keptBecause(statement.text, unsayable) }));
  return {
    needed: judged.filter((item) => item.why === null).map((item) => item.statement),
    kept: judged.flatMap(({ statement, why }) => (why === null ? [] : [{ text: statement.text, why }])),
  };
};

const engineDifference = async (asked: Asked, replayed: Session): Promise<string> =>
  asked.engine ? schemaDifference({ ...asked, engine: asked.engine }, replayed) : '';

const declaredUncovered = async (declared: Declared, replayed: Session): Promise<string> => {
  const { statements, undeclared } = await declared.change(replayed, { keepIndexes: true });
  const lines = undeclared.map((sql) => `${KEPT_MARK}${oneLine(sql)} (${REASONS.undeclared})`);
  return [scriptOf(statements).trim(), lines.join('\n')].filter((part) => part !== '').join('\n\n');
};

/**
 * The SQL that the schema has and the history lacks; null where it cannot be told. Throws SOURCE_TOOL_FAILED, SCHEMA_UNRENDERABLE.
 */
export const uncoveredChange = async (
  asked: Asked,
  replayed: Session,
  by: { readonly provider: Provider; readonly rules: ScanRules },
): Promise<string | null> => {
  const native = nativeFor(asked, replayed);
  if (!native && asked.declared) return declaredUncovered(asked.declared, replayed);
  if (!native && !asked.engine) return null;
  const sql = native ? await native.difference(replayed) : await engineDifference(asked, replayed);
  if (sql === '') return '';
  const { needed, kept } = sortStatements(sql, by.rules, await readUnsayable(replayed, by.provider));
  const lines = kept.map(({ text, why }) => `${KEPT_MARK}${oneLine(text)} (${REASONS[why ?? 'unsayable']})`);
  // The engine's own text where all of it is needed: its comments say what each statement is for.
  const rest = kept.length === 0 ? sql : needed.map((statement) => `${statement.text};`).join('\n\n');
  return [rest, lines.join('\n')].filter((part) => part !== '').join('\n\n');
};
