// The part of the dialects' contract that needs no database: what texts alone say of a schema. Words only.
import type { HazardRule } from '../risk/index.ts';
import type { SchemaEdit, Value } from '../schema/index.ts';
import type { Statement } from '../sql/index.ts';

/** What the analysis of texts takes for the server. */
export interface AssumedServer {
  readonly product: string;
  readonly version: readonly number[];
  /** As `Identity.facts`, where the server's default decides a hazard. */
  readonly facts: Readonly<Record<string, Value>>;
}

/** What is needed to analyse texts without any database. Pure; no driver is loaded for it. */
export interface Offline {
  /** Every hazard that this database can have, for the help texts of other tools. */
  readonly rules: readonly HazardRule[];
  /** The namespace that a name without one means. */
  readonly defaultNamespace: string | null;
  /** The server of a stated version such as `15.4`; null for the newest that was tested. Null where it is not understood. */
  server(version: string | null): AssumedServer | null;
  /** What one statement does to the schema, in order; nothing where its text does not tell. */
  edits(statement: Statement): readonly SchemaEdit[];
  /** `hazards` follows the rows of renamed and copied tables itself. */
  readonly rowsFollowed?: true;
  /** Constraints that a text validates, so that an earlier migration's hazard is known to be mended. */
  validates?(statement: Statement): readonly string[];
}
