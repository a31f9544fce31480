// PostgreSQL URLs: everything that the tools write, and passwords with any character; never a secret in what is shown.
import { inspect } from 'node:util';
import * as assert from 'uvu/assert';
import { otherAddress, parseAddress, siblingAddress } from '../../lib/dialects/postgres/address.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { openSecret, Secret } from '../../lib/target/index.ts';
import { spec } from '../helpers/spec.ts';

const parse = (url: string): ReturnType<typeof parseAddress> => parseAddress(new Secret(url), '/project');

const shown = (url: string): Record<string, unknown> => {
  const address = parse(url);
  return {
    user: address.user,
    password: address.password && openSecret(address.password),
    host: address.host,
    port: address.port,
    database: address.database,
    schema: address.schema,
  };
};

const PLAIN = { user: 'app', password: 'pw', host: 'db.example', port: 5432, database: 'shop', schema: null };

interface UrlCase {
  readonly url: string;
  readonly is: Record<string, unknown>;
}

const CASES: readonly UrlCase[] = [
  { url: 'postgresql://app:pw@db.example:5432/shop', is: PLAIN },
  { url: 'postgres://app:pw@db.example/shop', is: PLAIN },
  { url: 'postgresql+psycopg2://app:pw@db.example/shop', is: PLAIN },
  { url: 'postgresql+asyncpg://app:pw@db.example/shop', is: PLAIN },
  {
    url: 'postgresql://app:pw@db.example/shop?schema=core&connection_limit=1&pgbouncer=true',
    is: { ...PLAIN, schema: 'core' },
  },
  { url: 'postgresql://app:pw@[::1]:6000/shop', is: { ...PLAIN, host: '::1', port: 6000 } },
  { url: 'postgresql://app@db.example/shop', is: { ...PLAIN, password: null } },
  {
    url: 'postgresql://app:pw@localhost/shop?host=/var/run/postgresql',
    is: { ...PLAIN, host: '/var/run/postgresql' },
  },
  {
    url: 'postgresql://app:pw@%2Fvar%2Frun%2Fpostgresql/shop',
    is: { ...PLAIN, host: '/var/run/postgresql' },
  },
  { url: 'postgresql:///shop?host=/tmp&user=app&password=pw', is: { ...PLAIN, host: '/tmp' } },
  { url: 'postgresql://app%40corp:pw@db.example/shop', is: { ...PLAIN, user: 'app@corp' } },
  { url: 'postgresql://app@corp:pw@db.example/shop', is: { ...PLAIN, user: 'app@corp' } },
  { url: 'postgresql://app:p%40w%2F%3A%23@db.example/shop', is: { ...PLAIN, password: 'p@w/:#' } },
  { url: 'postgresql://app:p@w@db.example/shop', is: { ...PLAIN, password: 'p@w' } },
  { url: 'postgresql://app:p/w@db.example/shop', is: { ...PLAIN, password: 'p/w' } },
  { url: 'postgresql://app:12/w@db.example/shop', is: { ...PLAIN, password: '12/w' } },
  { url: 'postgresql://app:p?w@db.example/shop', is: { ...PLAIN, password: 'p?w' } },
  { url: 'postgresql://app:p#w@db.example/shop', is: { ...PLAIN, password: 'p#w' } },
  { url: 'postgresql://app:p:w@db.example/shop', is: { ...PLAIN, password: 'p:w' } },
  { url: 'postgresql://app:100%@db.example/shop', is: { ...PLAIN, password: '100%' } },
  { url: 'postgresql://app:a%zz b@db.example/shop', is: { ...PLAIN, password: 'a%zz b' } },
  { url: 'postgresql://app:p@x/y@db.example/shop', is: { ...PLAIN, password: 'p@x/y' } },
  { url: 'postgresql://app:pw@db.example/shop?application_name=a@b', is: PLAIN },
  { url: 'postgresql://app:pw@db.example/sh%20op', is: { ...PLAIN, database: 'sh op' } },
];

const REFUSED: readonly { readonly url: string; readonly code: string }[] = [
  { url: 'mysql://app:pw@db.example/shop', code: 'URL_PROVIDER_MISMATCH' },
  { url: 'prisma+postgres://accelerate.example/?api_key=abcdef', code: 'URL_PROVIDER_MISMATCH' },
  { url: 'postgresql://app:sosecret@db.example', code: 'URL_INVALID' },
  { url: 'postgresql://app:sosecret@db.example:99999/shop', code: 'URL_INVALID' },
  { url: 'postgresql://app:sosecret@one.example:1,two.example:2/shop', code: 'URL_INVALID' },
  { url: 'postgresql://app:sosecret@db.example/shop?sslmode=sometimes', code: 'URL_INVALID' },
  { url: 'sosecret', code: 'URL_INVALID' },
];

const TLS: readonly { readonly query: string; readonly is: Record<string, unknown> }[] = [
  { query: '', is: { mode: 'prefer', ca: null, certificate: null } },
  { query: '?sslmode=disable', is: { mode: 'disable', ca: null, certificate: null } },
  { query: '?sslmode=require', is: { mode: 'require', ca: null, certificate: null } },
  {
    query: '?sslmode=require&sslrootcert=ca.pem',
    is: { mode: 'verify-ca', ca: '/project/ca.pem', certificate: null },
  },
  {
    query: '?sslmode=verify-full&sslrootcert=/ca.pem',
    is: { mode: 'verify-full', ca: '/ca.pem', certificate: null },
  },
  {
    query: '?sslmode=require&sslcert=server.pem',
    is: { mode: 'require', ca: '/project/server.pem', certificate: null },
  },
  {
    query: '?sslmode=require&sslcert=me.pem&sslkey=me.key',
    is: { mode: 'require', ca: null, certificate: '/project/me.pem' },
  },
  { query: '?sslaccept=strict', is: { mode: 'verify-full', ca: null, certificate: null } },
  { query: '?ssl=true', is: { mode: 'require', ca: null, certificate: null } },
];

spec('postgres address', ({ test }) => {
  for (const item of CASES) {
    test(`reads ${item.url}`, () => {
      assert.equal(shown(item.url), item.is);
      assert.equal(shown(openSecret(parse(item.url).url)), item.is, 'its canonical URL means the same');
    });
  }

  for (const item of REFUSED) {
    test(`refuses ${item.url} without repeating it`, () => {
      try {
        parse(item.url);
        assert.unreachable();
      } catch (error) {
        assert.instance(error, DbsyncError);
        if (!(error instanceof DbsyncError)) return;
        assert.is(error.code, item.code);
        assert.not.match(`${error.message} ${error.why} ${error.next.join(' ')}`, /sosecret|abcdef/);
      }
    });
  }

  for (const item of TLS) {
    test(`TLS settings of "${item.query}"`, () => {
      const { mode, ca, certificate } = parse(`postgresql://a:b@h/d${item.query}`).tls;
      assert.equal({ mode, ca, certificate }, item.is);
    });
  }

  test('shows no secret', () => {
    const address = parse('postgresql://app:sosecret@db.example/shop?sslpassword=keysecret');
    assert.not.match(inspect(address, { depth: 9 }) + JSON.stringify(address) + address.display, /sosecret/);
    assert.equal(address.secrets.map(openSecret), ['sosecret', 'keysecret']);
    assert.is(address.display, 'app@db.example:5432/shop');
  });

  test("keeps scheme and schema for another server's database, and drops how to reach the first", () => {
    const like = parse(
      'postgresql+psycopg2://app:pw@db.example/shop?schema=core&sslmode=require&pgbouncer=true',
    );
    const other = otherAddress(like, { port: 7000, user: 'x', password: 'a/b', database: 'dbsync_shadow_1' });
    assert.is(
      openSecret(other.url),
      'postgresql+psycopg2://x:a%2Fb@127.0.0.1:7000/dbsync_shadow_1?schema=core',
    );
  });

  test('names another database of the same server with everything else kept', () => {
    const like = parse('postgresql://app:p%40w@localhost/shop?host=/run&sslmode=require&schema=core');
    const sibling = siblingAddress(like, 'other');
    assert.is(sibling.database, 'other');
    assert.is(sibling.host, '/run');
    assert.is(sibling.schema, 'core');
    assert.is(sibling.password && openSecret(sibling.password), 'p@w');
  });
});
