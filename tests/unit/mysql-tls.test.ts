// TLS against a real server: encrypted, verified, refused, with a client certificate, and asked for by the server.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { spec } from '../helpers/spec.ts';

const missing = mariadbMissing();

spec('mysql tls', ({ test, skip, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  let database: string;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-tls-'));
  const file = (name: string): string => path.join(folder, name);
  const openssl = (args: readonly string[]): Buffer =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

  const certificate = (name: string, subject: string): void => {
    openssl([
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      subject,
    ]);
    writeFileSync(file('ext'), 'subjectAltName=DNS:localhost\n');
    openssl([
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      `${name}.pem`,
      '-extfile',
      'ext',
    ]);
  };

  before(async () => {
    openssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/CN=test authority',
    ]);
    openssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      'other.key',
      '-out',
      'other.pem',
      '-subj',
      '/CN=another authority',
    ]);
    certificate('server', '/CN=localhost');
    certificate('client', '/CN=client');
    for (const name of ['', 'ca.pem', 'server.pem', 'server.key'])
      chmodSync(file(name), name === '' ? 0o755 : 0o644);
    server = await startMariadb([
      `--ssl-ca=${file('ca.pem')}`,
      `--ssl-cert=${file('server.pem')}`,
      `--ssl-key=${file('server.key')}`,
    ]);
    database = await server.database();
    const admin = await server.admin();
    await admin.execute("CREATE USER enc@'%' IDENTIFIED BY 'x' REQUIRE SSL");
    await admin.execute("CREATE USER cert@'%' IDENTIFIED BY 'x' REQUIRE X509");
    await admin.execute("GRANT ALL ON *.* TO enc@'%'");
    await admin.execute("GRANT ALL ON *.* TO cert@'%'");
    await admin.close();
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The cipher, '' for none, or the code of the refusal. */
  const tried = async (user: string, host: string, parameters: string): Promise<string> => {
    const address = dialect.address(
      new Secret(`mysql://${user}:x@${host}:${server.port}/${database}${parameters}`),
      folder,
    );
    try {
      const session = await dialect.connect(address, { mode: 'read', timeouts: TIMEOUTS });
      const { rows } = await session.raw("SHOW STATUS LIKE 'Ssl_cipher'");
      await session.close();
      return String(rows[0]?.[1]) === '' ? 'plain' : 'encrypted';
    } catch (error) {
      return error instanceof DbsyncError ? error.code : String(error);
    }
  };

  test('each wish is done or refused, never passed over', async () => {
    const cases: readonly (readonly [string, string, string, string])[] = [
      ['enc', '127.0.0.1', '?ssl-mode=REQUIRED', 'encrypted'],
      ['enc', '127.0.0.1', '?sslaccept=accept_invalid_certs', 'encrypted'],
      ['enc', '127.0.0.1', '?ssl-mode=DISABLED', 'CONNECT_AUTH'],
      ['enc', 'localhost', '?sslaccept=strict&sslcert=ca.pem', 'encrypted'],
      ['enc', 'localhost', '?ssl-mode=VERIFY_IDENTITY&ssl-ca=ca.pem', 'encrypted'],
      ['enc', '127.0.0.1', '?ssl-mode=VERIFY_CA&ssl-ca=ca.pem', 'encrypted'],
      // The certificate names localhost and no address.
      ['enc', '127.0.0.1', '?ssl-mode=VERIFY_IDENTITY&ssl-ca=ca.pem', 'CONNECT_TLS'],
      ['enc', 'localhost', '?sslaccept=strict', 'CONNECT_TLS'],
      ['enc', 'localhost', '?ssl-mode=VERIFY_CA&ssl-ca=other.pem', 'CONNECT_TLS'],
      ['cert', 'localhost', '?ssl_ca=ca.pem', 'CONNECT_AUTH'],
      ['cert', 'localhost', '?ssl-ca=ca.pem&sslcert=client.pem&sslkey=client.key', 'encrypted'],
      ['cert', 'localhost', '?sslidentity=client.p12&sslpassword=x', 'CONNECT_TLS'],
    ];
    for (const [user, host, parameters, expected] of cases) {
      assert.is(await tried(user, host, parameters), expected, `${user} ${host} ${parameters}`);
    }
  });
});
