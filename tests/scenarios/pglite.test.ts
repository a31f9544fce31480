// A machine without server programs: whole runs against a real server, measured and rehearsed in PGlite.
import '../helpers/without-servers.ts';
import * as assert from 'uvu/assert';

const { pythonWith } = await import('../helpers/alembic.ts');
const alembic = await import('../helpers/alembic-stage.ts');
const { NO_SERVER, startPostgres } = await import('../helpers/postgres.ts');
const { copyProject } = await import('../helpers/project.ts');
const { artifact, folderOf, run, worldOf } = await import('../helpers/scenario.ts');
const { PHASES } = await import('../../lib/phases/index.ts');
const { spec } = await import('../helpers/spec.ts');

const CONFIG = `export default { source: 'prisma', environments: { dev: { database: 'postgres', urlVariable: 'SHOP_URL', protected: false } } };
`;

const MORE = `CREATE EXTENSION citext;
CREATE TABLE more (id int PRIMARY KEY, name citext NOT NULL);
`;

const VIEW = `CREATE VIEW more_names AS SELECT name FROM more;
`;

const server = await startPostgres();

spec('scenarios: PGlite as the last resort', ({ test, skip, after }) => {
  if (!server) return skip('every test', NO_SERVER);
  after(() => server.stop());

  test('a Prisma project on a target of another version: planned, rehearsed, applied and proven', async () => {
    const project = await copyProject('bookshop-postgres');
    try {
      await project.writeConfig(CONFIG);
      const scene = { environment: { SHOP_URL: await server.createDatabase() } };
      const shown: { kind: string }[] = [];
      const sync = async (): Promise<Awaited<ReturnType<typeof run>>> => {
        const planned = await run(project.root, 'plan', { task: 'shop' }, scene);
        const decisions = artifact(folderOf(planned), 'plan.json').decisions as {
          code: string;
          decision: string;
        }[];
        const open = decisions.filter((item) => item.decision === 'open').map((item) => item.code);
        const accept = [...new Set(open)].map((item) => ({ code: item, reason: 'accepted by the test' }));
        const world = worldOf(project.root, { ...scene, answers: ['dev'] });
        const ui = { ...world.ui, show: (outcome: { kind: string }) => void shown.push(outcome) };
        return PHASES.sync({ ...world, ui }, { env: 'dev', task: 'shop', backup: 'a dump', accept });
      };
      const first = await sync();
      const rehearsal = artifact(folderOf(first), 'rehearsal.json');
      assert.match(String(rehearsal.replica), /^PGlite/);
      assert.is(rehearsal.faithful, false);
      assert.is(artifact(folderOf(first), 'verification.json').outcome, 'proven');
      const atApproval = shown.find(({ kind }) => kind === 'rehearsal');
      assert.match(JSON.stringify(atApproval), /PGlite has one session/);

      // The shadow's own extension is of another version, and views of one table read otherwise there.
      await project.addMigration('29990101000000_more', MORE);
      const second = await sync();
      const verification = artifact(folderOf(second), 'verification.json');
      assert.is(verification.outcome, 'proven');
      assert.is(verification.predicted, verification.actual);

      await project.addMigration('29990102000000_view', VIEW);
      const third = artifact(folderOf(await sync()), 'verification.json');
      assert.is(third.outcome, 'proven');
      assert.is(third.predicted, third.actual);
    } finally {
      await project.remove();
    }
  });

  const python = pythonWith('psycopg2');
  const kind = alembic.KINDS.find(({ title }) => title === 'PostgreSQL');
  if (!python || !kind || kind.missing() !== null) return skip('an Alembic project', 'no psycopg2 here');

  test("an Alembic project: its own Python reaches PGlite, beside dbsync's session", async () => {
    const engine = await kind.start();
    if (!engine) throw new Error('PostgreSQL could not be started');
    try {
      const stage = await alembic.stageOf(engine, 'plain');
      const outcome = await alembic.sync(stage);
      assert.match(String(artifact(folderOf(outcome), 'rehearsal.json').replica), /^PGlite/);
      assert.is(artifact(folderOf(outcome), 'verification.json').outcome, 'proven');
      assert.match(alembic.alembicCurrent(stage), /^a003 \(head\)/m);
    } finally {
      await engine.stop();
    }
  });
});
