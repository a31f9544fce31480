// A Prisma migration that would act outside of its database: refused before it is sent, in every phase that replays, until a person accepts it.
import { existsSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import { artifact, folderOf, refusal, run, type Scene } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const LAST = '20990101000000_outside';

interface Stage {
  readonly project: ProjectCopy;
  readonly scene: Scene;
  /** The configuration, with a policy for what reaches outside. */
  allow(reason: string | null): Promise<void>;
}

interface Wish {
  readonly url: string;
  /** The last migration. */
  readonly sql: string;
  /** Further keys of the environment, as they stand in the file. */
  readonly more?: string;
  readonly shadow?: string;
}

const withStage = async (
  database: 'postgres' | 'mysql',
  { url, sql, more = '', shadow = '' }: Wish,
  work: (stage: Stage) => Promise<void>,
): Promise<void> => {
  const project = await copyProject(`bookshop-${database}`);
  const allow = (reason: string | null): Promise<void> => {
    const policy = reason === null ? '' : `policy: { 'x-reaches-outside': { accept: '${reason}' } }`;
    return project.writeConfig(
      `export default { source: 'prisma', environments: { dev: { database: '${database}', urlVariable: 'SHOP_URL', protected: false, ${more} ${policy} } } };\n`,
    );
  };
  try {
    await allow(null);
    await project.addMigration(LAST, sql);
    await work({ project, scene: { environment: { SHOP_URL: url, SHADOW_URL: shadow } }, allow });
  } finally {
    await project.remove();
  }
};

const ACCEPTED = { acceptIdentity: true, backup: 'nothing is there', confirm: 'dev' } as const;

const refusedEverywhere = async ({ project, scene }: Stage, what: RegExp): Promise<void> => {
  for (const phase of ['plan', 'sync'] as const) {
    const error = await refusal(project.root, phase, { ...ACCEPTED, task: phase }, scene);
    assert.is(error.code, 'REACHES_OUTSIDE', error.message);
    assert.match(error.message, what);
  }
};

/** Everything but the last migration is there, without a ledger: `recover` has to replay the history. */
const recovers = async (stage: Stage, forget: () => Promise<void>): Promise<void> => {
  const { project, scene } = stage;
  await run(project.root, 'sync', { ...ACCEPTED, task: 'before', to: '+1' }, scene);
  await forget();
  const named = await refusal(project.root, 'recover', { ...ACCEPTED, task: 'named', baseline: LAST }, scene);
  assert.is(named.code, 'REACHES_OUTSIDE', named.message);
};

const postgres = await startPostgres();

spec('migrations that reach outside', ({ test, skip, after }) => {
  after(() => postgres?.stop());

  if (!postgres) skip('PostgreSQL', NO_SERVER);
  else {
    const file = path.join(os.tmpdir(), `dbsync-outside-${process.pid}.txt`);
    const sql = `COPY (SELECT 1) TO '${file}';`;
    test(`${postgres.title}: a file of the server is not written by a plan, a rehearsal or a recovery`, async () => {
      const url = await postgres.createDatabase();
      await withStage('postgres', { url, sql }, async (stage) => {
        await refusedEverywhere(stage, new RegExp(`${LAST}/migration\\.sql:1: .*(COPY|file)`));
        assert.not.ok(existsSync(file));
        await recovers(stage, () =>
          withSession(url, async (session) => {
            await session.execute('DROP TABLE _prisma_migrations');
          }),
        );
        assert.not.ok(existsSync(file));
      });
    });

    test(`${postgres.title}: accepted with a reason, it acts where it says, and the plan tells it`, async () => {
      const url = await postgres.createDatabase();
      await withStage('postgres', { url, sql }, async (stage) => {
        await stage.allow('the report of every night is written so');
        try {
          const outcome = await run(
            stage.project.root,
            'sync',
            { ...ACCEPTED, task: 'accepted' },
            stage.scene,
          );
          assert.is(artifact(folderOf(outcome), 'verification.json').outcome, 'proven');
          const { hazards, decisions } = artifact(folderOf(outcome), 'plan.json') as {
            hazards: { code: string }[];
            decisions: { code: string; decision: string }[];
          };
          assert.ok(hazards.some(({ code }) => code === 'x-reaches-outside'));
          assert.ok(
            decisions.some(({ code, decision }) => code === 'x-reaches-outside' && decision === 'accepted'),
          );
          assert.ok(existsSync(file));
        } finally {
          rmSync(file, { force: true });
        }
      });
    });
  }

  const missing = mariadbMissing();
  if (missing !== null) skip('MariaDB', missing);
  else
    test('MariaDB: another database of a shared server is not written by a plan, a rehearsal or a recovery', async () => {
      const server = await startMariadb();
      const admin = await server.admin();
      try {
        const [own, other, shadow] = [
          await server.database(),
          await server.database(),
          await server.database(),
        ];
        await admin.execute(`CREATE TABLE \`${other}\`.kept (id INT)`);
        const rows = async (): Promise<unknown> =>
          (await admin.query(`SELECT count(*) AS n FROM \`${other}\`.kept`))[0]?.n;
        const sql = `INSERT INTO \`${other}\`.kept VALUES (1);`;
        const more = "shadow: { urlVariable: 'SHADOW_URL' },";
        const url = server.url(own);
        await withStage('mysql', { url, sql, more, shadow: server.url(shadow) }, async (stage) => {
          await refusedEverywhere(stage, new RegExp(other));
          await recovers(stage, async () => {
            await admin.execute(`DROP TABLE \`${own}\`._prisma_migrations`);
          });
        });
        assert.is(Number(await rows()), 0);
      } finally {
        await admin.close();
        await server.stop();
      }
    });
});
