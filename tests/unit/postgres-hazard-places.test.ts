// Where PostgreSQL's hazards say they come from: the statement that is about the object, among others that only sound like it.
import * as assert from 'uvu/assert';
import { hazards } from '../../lib/dialects/postgres/hazards.ts';
import { loadParser } from '../../lib/dialects/postgres/parse.ts';
import { SCAN_RULES } from '../../lib/dialects/postgres/rules.ts';
import type { Hazard } from '../../lib/risk/index.ts';
import { diffSnapshots, type SchemaObject, type Snapshot, schemaObject } from '../../lib/schema/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { spec } from '../helpers/spec.ts';

await loadParser();

const column = (name: string, attributes: SchemaObject['attributes'] = { type: 'text' }): SchemaObject =>
  schemaObject({ kind: 'column', namespace: null, name, attributes, children: [] });

const table = (name: string, children: readonly SchemaObject[]): SchemaObject =>
  schemaObject({ kind: 'table', namespace: 'public', name, attributes: {}, children });

const schema = (...objects: readonly SchemaObject[]): Snapshot => ({ dialect: 'postgres', objects });

/** The hazards of a text that leads from one schema to the other. */
const hazardsOf = (sql: string, before: Snapshot, after: Snapshot): readonly Hazard[] =>
  hazards({
    product: 'PostgreSQL',
    version: [15, 0],
    facts: {},
    statements: splitStatements(sql, { file: 'm.sql', rules: SCAN_RULES }).map((statement) => ({
      migration: 'm',
      statement,
    })),
    change: diffSnapshots(before, after),
    before,
    after,
    sizes: new Map(),
  });

const lineOf = (found: readonly Hazard[], code: string): number | undefined =>
  found.find((hazard) => hazard.code === code)?.line;

spec('postgres hazard places', ({ test }) => {
  test('a dropped table is dropped where it is named, not where a longer name begins like it', () => {
    const log = table('DocumentLog', [column('id')]);
    const found = hazardsOf(
      'DROP TABLE "Document";\nALTER TABLE "DocumentLog" DROP CONSTRAINT "DocumentLog_documentId_fkey";',
      schema(table('Document', [column('id')]), log),
      schema(log),
    );
    assert.is(lineOf(found, 'pg-drop-table'), 1);
  });

  test('a dropped column is dropped where it is named, not where another column of its table is', () => {
    const found = hazardsOf(
      'ALTER TABLE "User" DROP COLUMN "url";\nALTER TABLE "User" ALTER COLUMN "url_of_avatar" DROP NOT NULL;',
      schema(
        table('User', [
          column('id'),
          column('url'),
          column('url_of_avatar', { type: 'text', nullable: false }),
        ]),
      ),
      schema(table('User', [column('id'), column('url_of_avatar')])),
    );
    assert.is(lineOf(found, 'pg-drop-column'), 1);
  });

  test('CASCADE takes nothing that was there where nothing was there, whatever the plan has done to its own table before', () => {
    const sql =
      'CREATE TABLE token (id int);\nALTER TABLE token ADD COLUMN owner int;\nDROP TABLE IF EXISTS token CASCADE;';
    const told = (before: Snapshot): readonly string[] =>
      hazardsOf(sql, before, before).map(({ code }) => code);
    assert.not.ok(told(schema()).includes('pg-drop-cascade'));
    assert.ok(told(schema(table('older', [column('id')]))).includes('pg-drop-cascade'));
  });

  test('a change of type comes from the statement that changes it, not from its defaults before and after', () => {
    const found = hazardsOf(
      [
        'ALTER TABLE t ALTER COLUMN a DROP DEFAULT;',
        'ALTER TABLE t ALTER COLUMN a TYPE varchar(5) USING left(a, 5);',
        "ALTER TABLE t ALTER COLUMN a SET DEFAULT 'x';",
      ].join('\n'),
      schema(table('t', [column('a')])),
      schema(table('t', [column('a', { type: 'character varying(5)', default: "'x'::character varying" })])),
    );
    assert.is(lineOf(found, 'pg-narrow-type'), 2);
  });
});
