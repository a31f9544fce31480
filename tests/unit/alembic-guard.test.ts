// The walls around the project's Python: one database and no other, no secret in sight, no write while reading.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Address } from '../../lib/dialects/contract.ts';
import { openBridge } from '../../lib/sources/alembic/bridge.ts';
import { redactor, Secret } from '../../lib/target/index.ts';
import {
  copyAlembic,
  emptyFile,
  errorOf,
  everythingIn,
  listening,
  NO_PYTHON,
  openAlembic,
  pythonWith,
  temporary,
  upgrade,
  using,
} from '../helpers/alembic.ts';
import { spec } from '../helpers/spec.ts';

const fresh = (): Promise<Address> => emptyFile(path.join(temporary(), 'app.db'));

/** A server that counts whoever knocks. */
const knocks = async (): Promise<{ port: number; count: () => number; server: Server }> => {
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  return { port: at && typeof at === 'object' ? at.port : 0, count: () => count, server };
};

const WAYS: readonly { how: string; says: RegExp; needs?: string }[] = [
  { how: 'own-url', says: /the file .*elsewhere\.db/ },
  { how: 'in-memory', says: /:memory:|in memory/ },
  { how: 'other-server', says: /127\.0\.0\.1:1\/other/, needs: 'psycopg2' },
  { how: 'driver', says: /the file .*elsewhere\.db/ },
  { how: 'swallowed', says: /the file .*elsewhere\.db/ },
  { how: 'attach', says: /ATTACH/ },
  { how: 'psycopg2', says: /127\.0\.0\.1:1\/other/, needs: 'psycopg2' },
  { how: 'pymysql', says: /127\.0\.0\.1:1\/other/, needs: 'pymysql' },
];

spec('alembic: the guard', ({ test, skip }) => {
  const python = pythonWith();
  if (!python) return skip('everything', NO_PYTHON);

  for (const { how, says, needs } of WAYS) {
    const interpreter = needs === undefined ? python : pythonWith(needs);
    const title = `refused: ${how}`;
    if (!interpreter) {
      skip(title, `no ${needs} here`);
      continue;
    }
    test(title, async () => {
      const root = copyAlembic('redirect');
      const project = await openAlembic(root, {
        environment: { REDIRECT_HOW: how },
        tool: { interpreter: [interpreter] },
      });
      const address = await fresh();
      const error = await errorOf(() => upgrade(project, address));
      assert.is(error.code, 'SOURCE_REDIRECTED', everythingIn(error));
      assert.match(error.message, says);
      assert.not.match(everythingIn(error), 'hunter2-secret');
      assert.not.ok(existsSync(path.join(root, 'elsewhere.db')), 'the other file was created');
      const tables = await using(address, 'read', (session) =>
        session.query('SELECT name FROM sqlite_master'),
      );
      assert.equal(tables, [], 'something was run after the refusal');
      const reading = await using(address, 'read', (session) => errorOf(() => project.verdict(session)));
      assert.is(reading.code, 'SOURCE_REDIRECTED');
    });
  }

  test('the way on names the option, and the variable that env.py reads; with it, the project runs', async () => {
    const root = copyAlembic('plain');
    const env = path.join(root, 'alembic/env.py');
    const own =
      'context.config.set_main_option("sqlalchemy.url", os.environ.get("SHOP_DB", "sqlite:///elsewhere.db"))';
    const text = readFileSync(env, 'utf8').replace(
      'config = context.config\n',
      `config = context.config\n${own}\n`,
    );
    writeFileSync(env, `import os\n${text}`);
    const error = await errorOf(async () => upgrade(await openAlembic(root), await fresh()));
    assert.is(error.code, 'SOURCE_REDIRECTED', everythingIn(error));
    assert.match(everythingIn(error), "tool: { urlVariables: ['SHOP_DB'] }");
    const told = await openAlembic(root, { tool: { urlVariables: ['SHOP_DB'] } });
    assert.ok((await upgrade(told, await fresh())).statements.length > 0);
    writeFileSync(
      env,
      readFileSync(env, 'utf8').replace(
        'os.environ.get("SHOP_DB", "sqlite:///elsewhere.db")',
        '"sqlite:///elsewhere.db"',
      ),
    );
    const unknown = await errorOf(async () => upgrade(await openAlembic(root), await fresh()));
    assert.match(everythingIn(unknown), "tool: { urlVariables: ['<name>'] }");
  });

  test('a plain socket to another place gets no packet out', async () => {
    const { port, count, server } = await knocks();
    const environment = { REDIRECT_HOW: 'socket', REDIRECT_PORT: String(port) };
    const project = await openAlembic(copyAlembic('redirect'), { environment });
    const address = await fresh();
    const error = await errorOf(() => upgrade(project, address));
    assert.is(error.code, 'SOURCE_TOOL_FAILED');
    assert.match(error.message, /their own database only/);
    assert.is(count(), 0);
    server.close();
  });

  test('telemetry that survives a refused connection does not stop the run, and gets no packet out', async () => {
    const { port, count, server } = await knocks();
    const environment = { REDIRECT_HOW: 'telemetry', REDIRECT_PORT: String(port) };
    const project = await openAlembic(copyAlembic('redirect'), { environment });
    const heard = await upgrade(project, await fresh());
    assert.is(heard.statements.filter(({ ledger }) => !ledger).length, 1);
    assert.is(count(), 0);
    server.close();
  });

  test('reading: the engine itself refuses what env.py writes', async () => {
    const root = copyAlembic('plain');
    const env = path.join(root, 'alembic/env.py');
    const text = readFileSync(env, 'utf8');
    const write =
      '        connection.exec_driver_sql("CREATE TABLE sneaked (id INTEGER)")\n        context.configure(connection';
    writeFileSync(env, text.replace('        context.configure(connection', write));
    const project = await openAlembic(root);
    const address = await fresh();
    const verdict = await using(address, 'read', (session) => project.verdict(session));
    assert.is(verdict.status, 'unavailable');
    assert.match(verdict.messages.join('\n'), /readonly|read-only|query_only/i);
    assert.equal(
      await using(address, 'read', (session) => session.query('SELECT name FROM sqlite_master')),
      [],
    );
  });

  test('the child starts without secrets: not in its arguments, not in its first environment', async () => {
    const secret = 'p@ss%40w"ord\'1';
    const url = `postgresql://app:${encodeURIComponent(secret)}@127.0.0.1:1/shop`;
    const bridge = openBridge({
      environment: {
        PATH: process.env.PATH,
        DATABASE_URL: url,
        PASSWORD_ONLY: secret,
        PGPASSWORD: secret,
        HARMLESS: 'yes',
        CACHE_URL: 'redis://:another@cache/0',
      },
      redact: redactor([new Secret(url), new Secret(secret)]),
    });
    const folder = temporary();
    const program = path.join(folder, 'look.py');
    writeFileSync(
      program,
      'import json,os,sys\nrequest=json.loads(sys.stdin.readline())["ask"]\nout=os.fdopen(3,"w")\nanswer=json.dumps({"event":"result","argv":open("/proc/self/cmdline").read(),"environment":open("/proc/self/environ").read(),"got":request["x"],"told":sorted(request["environment"])})\nout.write(json.dumps({"n":1,"line":answer})+"\\n"+json.dumps({"n":1,"ended":"exit code 0"})+"\\n")\nout.flush()\n',
    );
    const outcome = await bridge.ask({
      command: [python, program],
      cwd: folder,
      request: { x: 'the request' },
      secrets: [new Secret(url), new Secret(secret)],
      silentMs: 20_000,
    });
    assert.ok(outcome.ok);
    const text = outcome.ok ? JSON.stringify(outcome.answer) : '';
    assert.match(text, 'HARMLESS=yes');
    assert.match(text, 'the request');
    assert.not.match(text, 'CACHE_URL=');
    assert.match(text, '"told":["CACHE_URL"]');
    for (const name of ['DATABASE_URL', 'PASSWORD_ONLY', 'PGPASSWORD', '***']) assert.not.match(text, name);
    bridge.close();
  });

  test('a secret in every spelling is masked by Python before it reaches the descriptor', async () => {
    const secret = 'p@ss%40w"ord\'1';
    const bridge = openBridge({ environment: { PATH: process.env.PATH }, redact: (text) => text });
    const root = copyAlembic('plain');
    const words = [
      secret,
      encodeURIComponent(secret),
      secret.replaceAll('%', '%%'),
      secret.replaceAll("'", "''"),
      `postgres://u:${secret}@h/d`,
    ];
    writeFileSync(
      path.join(root, 'alembic/env.py'),
      `raise RuntimeError(${JSON.stringify(words.join(' | '))})\n`,
    );
    const outcome = await bridge.ask({
      command: [python],
      cwd: root,
      request: {
        do: 'inspect',
        cwd: root,
        ini: path.join(root, 'alembic.ini'),
        roots: [root],
        importRoot: root,
        drivers: [],
        ports: [],
        target: null,
        secrets: [secret],
      },
      // Python alone must mask it: TypeScript is not told.
      secrets: [],
      silentMs: 20_000,
    });
    assert.not.ok(outcome.ok);
    const text = JSON.stringify(outcome);
    assert.match(text, '***');
    for (const word of [secret, encodeURIComponent(secret), 'w\\"ord', 'ss%40w'])
      assert.not.match(text, word);
  });

  test('what a project prints of its URL reaches nobody', async () => {
    const project = await openAlembic(copyAlembic('broken'));
    const address = await fresh();
    const heard = listening();
    await errorOf(async () => project.runner?.run(project.migrations, address, heard.hooks));
    assert.ok(heard.statements.length > 0);
    assert.not.match(JSON.stringify(heard.statements), 'hunter2');
  });

  test('nothing of the bridge stays behind in the project or beside the bridge', async () => {
    const root = copyAlembic('plain');
    const before = readdirSync(root, { recursive: true }).sort();
    const project = await openAlembic(root);
    await upgrade(project, await fresh());
    assert.equal(readdirSync(root, { recursive: true }).sort(), before);
    const folder = path.resolve(import.meta.dirname, '../../lib/sources/alembic');
    assert.not.ok(existsSync(path.join(folder, '__pycache__')));
  });
});
