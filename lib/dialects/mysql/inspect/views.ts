// Views. Their columns follow from their definition and are not listed. Knows no other kind.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import type { Row, Session } from '../../contract.ts';
import { quote } from '../quote.ts';
import { bodyOf, definerOf, must, type Scope, text, withoutSchema } from './canonical.ts';

const ALGORITHM = /^CREATE ALGORITHM=(\w+)/;

/** MySQL keeps a view's algorithm out of information_schema; there each view is asked. */
const askAlgorithm = async (session: Session, name: string): Promise<string | null> => {
  try {
    const { rows } = await session.raw(`SHOW CREATE VIEW ${quote(name)}`);
    return ALGORITHM.exec(String(rows[0]?.[1] ?? ''))?.[1] ?? null;
  } catch {
    // A role without SHOW VIEW sees no definition either, which `bodyOf` says.
    return null;
  }
};

export const viewObjects = async (
  session: Session,
  rows: readonly Row[],
  scope: Scope,
): Promise<readonly SchemaObject[]> => {
  const views: SchemaObject[] = [];
  for (const row of rows) {
    const name = must(row, 'name');
    const checkOption = text(row, 'check_option');
    views.push(
      schemaObject({
        kind: 'view',
        name,
        attributes: {
          definition: withoutSchema(bodyOf(row), scope.schema),
          algorithm: text(row, 'algorithm') ?? (await askAlgorithm(session, name)),
          security: must(row, 'security'),
          definer: definerOf(row, scope),
          checkOption: checkOption === 'NONE' ? undefined : checkOption,
        },
      }),
    );
  }
  return views;
};
