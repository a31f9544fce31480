// Revisions on a shadow database run ahead of what is heard of them and wait for no disk; on a target neither is so.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Address } from '../../lib/dialects/contract.ts';
import {
  copyAlembic,
  emptyFile,
  listening,
  NO_PYTHON,
  openAlembic,
  pythonWith,
  temporary,
  using,
} from '../helpers/alembic.ts';
import { spec } from '../helpers/spec.ts';

/** Writes down how its own connection waits for the disk, and whether dbsync has heard of the statement before. */
const WITNESS = `
    bind = op.get_bind()
    seen = bind.execute(sa.text("PRAGMA synchronous")).scalar()
    op.execute("CREATE TABLE witness (synchronous INTEGER)")
    op.execute("INSERT INTO witness VALUES (%d)" % seen)
`;

const project = (): string => {
  const root = copyAlembic('plain');
  const file = path.join(root, 'alembic/versions/a003_bio.py');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/(def upgrade\(\):\n)/, `$1${WITNESS}\n`));
  return root;
};

const witnessed = (address: Address): Promise<unknown> =>
  using(
    address,
    'read',
    async (session) => (await session.query('SELECT synchronous FROM witness'))[0]?.synchronous,
  );

spec('alembic: revisions on a shadow database', ({ test, skip }) => {
  if (!pythonWith()) return skip('everything', NO_PYTHON);

  const run = async (ahead: boolean) => {
    const opened = await openAlembic(project());
    const address = await emptyFile(path.join(temporary(), 'app.db'));
    const heard = listening();
    await opened.runner?.run(opened.migrations, address, { ...heard.hooks, ahead });
    await opened.close();
    return { heard, synchronous: await witnessed(address) };
  };

  test('what is heard is the same, word for word and in order; only the shadow does not wait for the disk', async () => {
    const [target, shadow] = [await run(false), await run(true)];
    assert.equal(shadow.heard.events, target.heard.events);
    assert.equal(
      shadow.heard.statements.filter(({ text }) => !text.includes('witness VALUES')),
      target.heard.statements.filter(({ text }) => !text.includes('witness VALUES')),
    );
    assert.equal([target.synchronous, shadow.synchronous], [2, 0]);
  });

  test('a revision that fails is told with everything before it, in either case', async () => {
    const events = [];
    for (const ahead of [false, true]) {
      const root = project();
      const file = path.join(root, 'alembic/versions/a003_bio.py');
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(
          '    bind = ',
          '    op.execute("INSERT INTO nowhere VALUES (1)")\n    bind = ',
        ),
      );
      const opened = await openAlembic(root);
      const heard = listening();
      const address = await emptyFile(path.join(temporary(), 'app.db'));
      await opened.runner?.run(opened.migrations, address, { ...heard.hooks, ahead }).then(
        () => assert.unreachable('the revision fails'),
        (error: Error) => assert.match(error.message, /no such table: nowhere/),
      );
      await opened.close();
      events.push(heard.events);
    }
    assert.equal(events[1], events[0]);
    assert.is(events[0]?.at(-2), 'fail a003');
  });
});
