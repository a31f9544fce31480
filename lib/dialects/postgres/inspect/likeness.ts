// What a shadow on another version's server says, in the words of the server that it stands for. Reads one question's answer, decides nothing.
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type { Session } from '../../contract.ts';

/** What a shadow's server says otherwise than the server that it stands for. */
export interface Likeness {
  /** Major versions. */
  readonly own: number;
  readonly like: number;
  /**
   * Extensions in a version that nobody named, by name: what CREATE EXTENSION makes in the shadow, and what the target has, or would
   * make where it has none.
   */
  readonly extensions: ReadonlyMap<string, { readonly own: string; readonly like: string }>;
}

const FACTS = `SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS major,
  (SELECT pg_catalog.json_object_agg(a.name, a.default_version) FROM pg_catalog.pg_available_extensions a) AS offered,
  (SELECT pg_catalog.json_object_agg(e.extname, e.extversion) FROM pg_catalog.pg_extension e) AS installed`;

/** One server's version and extensions. */
export interface ServerFacts {
  readonly major: number;
  /** What CREATE EXTENSION makes, by name. */
  readonly offered: ReadonlyMap<string, string>;
  readonly installed: ReadonlyMap<string, string>;
}

const versions = (value: unknown): ReadonlyMap<string, string> =>
  new Map(Object.entries(value ?? {}).map(([name, version]) => [name, String(version)]));

export const readServer = async (session: Session): Promise<ServerFacts> => {
  const [row] = await session.query(FACTS);
  return { major: Number(row?.major), offered: versions(row?.offered), installed: versions(row?.installed) };
};

/** Null where both say the same of one schema. */
export const likenessOf = (shadow: ServerFacts, target: ServerFacts): Likeness | null => {
  const extensions = new Map(
    [...shadow.offered].flatMap(([name, own]) => {
      const like = target.installed.get(name) ?? target.offered.get(name) ?? own;
      return like === own ? [] : [[name, { own, like }] as const];
    }),
  );
  if (extensions.size === 0 && shadow.major === target.major) return null;
  return { own: shadow.major, like: target.major, extensions };
};

/** Of a table, MAINTAIN is a privilege from 17 on: https://www.postgresql.org/docs/17/release-17.html */
const MAINTAIN_FROM = 17;
const MAINTAIN = 'MAINTAIN';
/** Every other privilege of a table: what GRANT ALL gives before 17. */
const ALL_BEFORE = ['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE'];

/** Changes what one grantee may do. */
type Entry = (privileges: readonly string[], grantee: string) => readonly string[];

const withoutMaintain: Entry = (list) => list.filter((item) => item !== MAINTAIN && item !== `${MAINTAIN}*`);

/** Whoever got all of them got MAINTAIN as well, where there is such a thing; an owner has it until it is revoked. */
const withMaintain: Entry = (list, grantee) => {
  if (grantee === 'OWNER' && list.length > 0) return [...list, MAINTAIN].sort();
  const star = ['*', ''].find((mark) => ALL_BEFORE.every((item) => list.includes(`${item}${mark}`)));
  return star === undefined ? list : [...list, `${MAINTAIN}${star}`].sort();
};

const entryOf = (own: number, like: number): Entry | null => {
  if (own >= MAINTAIN_FROM && like < MAINTAIN_FROM) return withoutMaintain;
  return own < MAINTAIN_FROM && like >= MAINTAIN_FROM ? withMaintain : null;
};

/** `grantee=PRIVILEGE,PRIVILEGE*`, as `privileges` (sql.ts) writes it. */
const reworded = (privileges: Value | undefined, change: Entry): Value | undefined =>
  Array.isArray(privileges)
    ? privileges.map((item) => {
        const text = String(item);
        const at = text.lastIndexOf('=');
        const [grantee, list] = [
          text.slice(0, at),
          text
            .slice(at + 1)
            .split(',')
            .filter(Boolean),
        ];
        return `${grantee}=${change(list, grantee).join(',')}`;
      })
    : privileges;

const TABLES: ReadonlySet<string> = new Set(['table', 'view', 'materialized-view', 'foreign-table']);

const isOfTables = ({ kind, name }: SchemaObject): boolean =>
  TABLES.has(kind) || (kind === 'default-privileges' && name.startsWith('tables of '));

/**
 * Objects of a shadow as the server that it stands for would have made them: privileges that only one of both knows, and the versions
 * of extensions that nobody named.
 */
export const inLikeness = (
  objects: readonly SchemaObject[],
  { own, like, extensions }: Likeness,
): readonly SchemaObject[] => {
  const change = entryOf(own, like);
  return objects.map((object) => {
    const { kind, name, attributes } = object;
    const extension = kind === 'extension' ? extensions.get(name) : undefined;
    if (extension && attributes.version === extension.own)
      return schemaObject({ ...object, attributes: { ...attributes, version: extension.like } });
    if (!change || attributes.privileges === undefined || !isOfTables(object)) return object;
    const privileges = reworded(attributes.privileges, change) ?? null;
    return schemaObject({ ...object, attributes: { ...attributes, privileges } });
  });
};
