// Views. What their columns are follows from their definition, and from the names that stand before it. Knows no other kind.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row, Session } from '../../contract.ts';
import { quote } from '../quote.ts';
import { bodyOf, definerOf, must, type Scope, text, withoutSchema } from './canonical.ts';

/** What MySQL says of a view in SHOW CREATE VIEW and nowhere else. */
interface Head {
  readonly algorithm: string | null;
  /** The names of `CREATE VIEW v (a, b)`; MariaDB writes them into the query instead. */
  readonly columns: string | undefined;
  /** `materialized`, `json duality` (MySQL 9.4, seen on 9.7). */
  readonly sort: string | undefined;
}

const NAME = '`(?:[^`]|``)*`';
const HEAD = new RegExp(
  `^CREATE ALGORITHM=(\\w+) (MATERIALIZED )?(?:/\\*.*?\\*/ )?DEFINER=${NAME}@${NAME} SQL SECURITY \\w+ (JSON RELATIONAL DUALITY )?VIEW (?:${NAME}\\.)?${NAME}(?: \\((${NAME}(?:, ?${NAME})*)\\))? AS `,
);

const headOf = (sql: string): Head => {
  const [, algorithm, materialized, duality, columns] = HEAD.exec(sql) ?? [];
  const sort = materialized ? 'materialized' : duality ? 'json duality' : undefined;
  return { algorithm: algorithm ?? null, columns: columns?.replaceAll(/`, ?`/g, '`, `'), sort };
};

const askHead = async (session: Session, name: string): Promise<Head> => {
  try {
    const { rows } = await session.raw(`SHOW CREATE VIEW ${quote(name)}`);
    return headOf(String(rows[0]?.[1] ?? ''));
  } catch {
    // A role without SHOW VIEW sees no definition either, which `bodyOf` says.
    return { algorithm: null, columns: undefined, sort: undefined };
  }
};

/** MariaDB says the algorithm in information_schema, and has nothing else to say. */
const headFor = async (session: Session, row: Row): Promise<Head> => {
  const algorithm = text(row, 'algorithm');
  return algorithm === null
    ? askHead(session, must(row, 'name'))
    : { algorithm, columns: undefined, sort: undefined };
};

export const viewObjects = async (
  session: Session,
  rows: readonly Row[],
  scope: Scope,
): Promise<readonly SchemaObject[]> => {
  const views: SchemaObject[] = [];
  for (const row of rows) {
    const checkOption = text(row, 'check_option');
    views.push(
      schemaObject({
        kind: 'view',
        name: must(row, 'name'),
        attributes: {
          ...(await headFor(session, row)),
          definition: withoutSchema(bodyOf(row), scope.schema),
          security: must(row, 'security'),
          definer: definerOf(row, scope),
          checkOption: checkOption === 'NONE' ? undefined : checkOption,
        },
      }),
    );
  }
  return views;
};
