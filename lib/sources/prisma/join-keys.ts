// The engine's SQL for a project of Prisma 5: how the table behind an implicit many-to-many relation is kept unique on PostgreSQL. Pure.
//
// Up to Prisma 5 by a unique index `_AB_unique`, since Prisma 6 by a primary key `_AB_pkey` (the guide "Upgrade to v6"; in
// prisma-engines, m2m_join_table_constraint). The engine in process is of Prisma 6, so it calls for a change that Prisma 5 neither
// wants nor makes. On the other databases the versions do not differ.
import { versionNumbers } from './versions.ts';

const NAME = '"(?:[^"]|"")*"';
/** The namespace with its point, if there is one, and the table's bare name. */
const TABLE = `((?:${NAME}\\.)?)"((?:[^"]|"")*)"`;
const KEY = `CONSTRAINT ${NAME} PRIMARY KEY \\("A", ?"B"\\)`;

const MADE = new RegExp(`(CREATE TABLE ${TABLE} \\(\\n +"A" .+,\\n +"B" .+),\\n\\n +${KEY}\\n\\);`, 'g');
const KEY_ADDED = new RegExp(`^ALTER TABLE ${TABLE} ADD ${KEY};$`);
const INDEX_DROPPED = new RegExp(`^DROP INDEX ${TABLE};$`);

/** PostgreSQL keeps 63 bytes of a name; Prisma shortens the table's part of it. */
const SHORTENED = 63 - '_AB_unique'.length;

const indexName = (table: string): string => `${[...table].slice(0, SHORTENED).join('')}_AB_unique`;

const indexMade = (namespace: string, table: string): string =>
  `-- CreateIndex\nCREATE UNIQUE INDEX "${indexName(table)}" ON ${namespace}"${table}"("A", "B");`;

/** One statement with the engine's heading above it. */
const bodyOf = (part: string): string => part.replace(/^-- .*\n/, '').trim();

const withIndexes = (script: string): string => {
  const made = script.replace(MADE, (_whole, table: string, namespace: string, name: string) =>
    [`${table}\n);`, indexMade(namespace, name)].join('\n\n'),
  );
  const parts = made.split(/\n{2,}(?=-- )/);
  const bodies = parts.map(bodyOf);
  const dropped = new Set(
    bodies.flatMap((body) => {
      const found = INDEX_DROPPED.exec(body);
      return found ? [`${found[1]}${found[2]}`] : [];
    }),
  );
  const settled = new Set<string>();
  const kept = parts.map((part, at) => {
    const [, namespace = '', table = ''] = KEY_ADDED.exec(bodies[at] ?? '') ?? [];
    if (table === '') return part;
    const index = `${namespace}${indexName(table)}`;
    if (!dropped.has(index)) return indexMade(namespace, table);
    settled.add(index);
    return '';
  });
  return kept
    .filter((part, at) => {
      const found = INDEX_DROPPED.exec(bodies[at] ?? '');
      return part !== '' && !(found && settled.has(`${found[1]}${found[2]}`));
    })
    .join('\n\n');
};

/** The engine's SQL as the project's version of Prisma would write it; `''` where nothing is left of it. */
export const inWordsOf =
  (version: string | null) =>
  (script: string): string => {
    const major = versionNumbers(version)?.[0];
    return major !== undefined && major < 6 ? withIndexes(script) : script;
  };
