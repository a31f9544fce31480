// The five documents and the page: they say what their artifacts say, and no name from a database breaks them.
import * as assert from 'uvu/assert';
import {
  type PlanDocument,
  renderConnectionCheck,
  renderDrift,
  renderExecution,
  renderPage,
  renderPlan,
  renderVerification,
} from '../../lib/report/index.ts';
import { hazardId } from '../../lib/risk/index.ts';
import { describeChange, hashText, shortHash } from '../../lib/schema/index.ts';
import {
  APPROVE,
  approvalOf,
  artifact,
  checkOf,
  driftDocument,
  executionDocument,
  executionOf,
  HOSTILE,
  MIGRATIONS,
  openId,
  PLAN_HASH,
  planDocument,
  planOf,
  rehearsalOf,
  verificationDocument,
  verificationOf,
} from '../cases/report-artifacts.ts';
import { spec } from '../helpers/spec.ts';

const documents = (name: string): Readonly<Record<string, string>> => ({
  'connection check': renderConnectionCheck(artifact('connection-check', checkOf(name))),
  drift: renderDrift(driftDocument(name)),
  plan: renderPlan(planDocument(name)),
  'approved plan': renderPlan(
    planDocument(name, { approval: artifact('approval', approvalOf(name, PLAN_HASH)) }),
  ),
  execution: renderExecution(executionDocument(name)),
  verification: renderVerification(verificationDocument(name)),
});

/** The lines outside of fenced blocks, and whether every fence was closed. */
const outsideFences = (source: string): { readonly lines: readonly string[]; readonly closed: boolean } => {
  const lines: string[] = [];
  let open = '';
  for (const line of source.split('\n')) {
    const marks = /^(`{3,})/.exec(line)?.[1] ?? '';
    if (open !== '') {
      if (marks.length >= open.length && line === marks) open = '';
    } else if (marks !== '') open = marks;
    else lines.push(line);
  }
  return { lines, closed: open === '' };
};

/** Cells of a table row, by the pipes that no backslash precedes. */
const cells = (row: string): number => row.split(/(?<!\\)\|/).length - 2;

const plan = (change: Partial<PlanDocument['plan']['body']>, parts: Partial<PlanDocument> = {}): string =>
  renderPlan(planDocument('users', { plan: artifact('plan', { ...planOf('users'), ...change }), ...parts }));

const firstLine = (source: string): string => source.split('\n')[2] ?? '';

spec('report: hostile names', ({ test }) => {
  const nice = documents('users');
  for (const [title, source] of Object.entries(documents(HOSTILE))) {
    test(`${title}: no control character, no markup, no broken fence`, () => {
      assert.not.ok(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(source));
      const { lines, closed } = outsideFences(source);
      assert.ok(closed, 'a fence stays open');
      const prose = lines.map((line) => line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '')).join('\n');
      assert.not.ok(prose.includes('<script'), 'a script element in prose');
      assert.not.ok(/(?<!\\)\]\(http/.test(prose), 'a link in prose');
      assert.not.ok(lines.some((line) => line.startsWith('# heading')));
    });

    test(`${title}: it has the shape that it has with harmless names`, () => {
      const shape = (text: string): readonly string[] =>
        outsideFences(text).lines.map((line) =>
          line.startsWith('|') ? `row of ${cells(line)}` : (/^(#+ |- |\*\*)?/.exec(line)?.[0] ?? ''),
        );
      assert.equal(shape(source), shape(nice[title] ?? ''));
    });
  }

  test('the page holds no element that a name brought, and loads nothing', () => {
    const page = renderPage(planDocument(HOSTILE));
    assert.not.ok(/<script|<img|<iframe|<link|javascript:|src=|@import|url\(/i.test(page));
    assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
    assert.ok(page.includes("default-src 'none'"));
    assert.not.ok(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(page));
    const tags = (text: string): readonly string[] => text.match(/<\/?[a-z][a-z0-9]*/g) ?? [];
    const withoutLines = (text: string): string => text.replaceAll(/<span class="l"[^>]*>[^<]*<\/span>/g, '');
    assert.equal(tags(withoutLines(page)), tags(withoutLines(renderPage(planDocument('users')))));
  });

  test('what looks like a template in a name stays text', () => {
    assert.ok(renderPlan(planDocument('{{ 7*7 }}')).includes('{{ 7\\*7 }}'));
    assert.not.ok(renderPage(planDocument('{{ 7*7 }}')).includes('49 '));
  });
});

spec('report: the plan says what its artifact says', ({ test }) => {
  const body = planOf('users');
  const source = renderPlan(planDocument('users'));
  const page = renderPage(planDocument('users'));

  test('its first line is the outcome, and what must be decided follows', () => {
    assert.is(
      firstLine(source),
      '**2 migrations with 6 statements; 1 destructive hazard needs a decision.**',
    );
    assert.ok(source.includes('- Accept sqlite-drop-column on column users.nickname with a reason'));
    assert.ok(source.includes('- Type the name of the environment: production.'));
  });

  test('every statement is there in full, with its file and line, in the document and on the page', () => {
    const steps = body.batches.flatMap((batch) => batch.steps);
    assert.is(steps.length, 6);
    for (const [index, step] of steps.entries()) {
      assert.ok(source.includes(`\n${step.sql}\n`), step.sql);
      assert.ok(source.includes(`**${index + 1}.** \`${step.file}\`, line ${step.line}.`), step.id);
      assert.ok(page.includes(`data-n="${step.line}"`), step.id);
    }
    assert.is(page.match(/class="statement"/g)?.length, 6);
  });

  test('every change, table, hazard, decision and rollback is there', () => {
    for (const change of body.change.changes) assert.ok(source.includes(`- ${describeChange(change)}\n`));
    assert.ok(source.includes(`## Changes (${body.change.changes.length})`));
    assert.ok(source.includes('| `users` | 1,204,333 | 48 MB |'));
    assert.ok(source.includes('| `posts` | about 12 | not known |'));
    for (const hazard of body.hazards)
      assert.ok(source.includes(`\`${hazard.code}\` on \`${hazard.subject}\``));
    assert.ok(source.includes('rows where nickname is not null: 1,204 (such as 7 and users)'));
    assert.ok(source.includes('Decision: **needs a decision**'));
    assert.ok(source.includes(`Its id: \`${openId('users')}\``));
    assert.ok(source.includes('Decision: **allowed by the policy: no duplicates**'));
    assert.ok(source.includes('`20261115103000_drop_nickname`: restore from backup'));
    assert.ok(source.includes('**Not as a whole.** Each of the 2 migrations'));
    assert.ok(source.includes('held back until users is retired'));
  });

  test('destructive hazards come before all others', () => {
    const positions = ['### Destructive (1)', '### Breaking (1)', '### To read (1)'].map((title) =>
      source.indexOf(title),
    );
    assert.ok(positions.every((position, index) => position > (positions[index - 1] ?? 0)));
  });

  test('the commands are exactly the ones given', () => {
    for (const line of APPROVE.filter((text) => text.startsWith('$ '))) {
      assert.ok(source.includes(`\`\`\`sh\n${line.slice(2)}\n\`\`\``), line);
    }
    assert.ok(page.includes('--accept sqlite-drop-column=&quot;nobody reads it&quot;'));
  });

  test('an approval of this plan closes the open hazard; one of another plan does not count', () => {
    const approved = plan({}, { approval: artifact('approval', approvalOf('users', PLAN_HASH)) });
    assert.is(firstLine(approved), '**Approved: 2 migrations with 6 statements.**');
    assert.ok(approved.includes('Decision: **accepted in the approval: nobody reads users any more**'));
    const foreign = plan({}, { approval: artifact('approval', approvalOf('users', hashText('other'))) });
    assert.match(firstLine(foreign), '1 destructive hazard needs a decision');
    assert.ok(foreign.includes('is for another plan'));
  });

  test('drift that collides, a certain failure, a denial or a failed rehearsal each block, and are named first', () => {
    const [item] = body.drift.items;
    const [hazard] = body.hazards;
    if (!item || !hazard) throw new Error('the cases hold neither drift nor a hazard');
    const collides = plan({
      drift: { ...body.drift, items: [{ ...item, class: 'collides', collidesWith: 'the second migration' }] },
    });
    assert.is(firstLine(collides), '**This plan cannot run: 1 reason below.**');
    assert.ok(collides.includes('- Drift collides with the plan: create table legacy_users.'));
    assert.ok(collides.includes('(collides with the second migration)'));
    const certain = { hazards: [{ ...hazard, willFail: true }], decisions: [] };
    assert.ok(plan(certain, { rehearsal: null }).includes('**This will fail.**'));
    assert.ok(
      plan(certain, { rehearsal: null }).includes(
        'Decision: **none: mend the rows or the migration, then plan again**',
      ),
    );
    const denied = plan({
      hazards: [hazard],
      decisions: [
        { id: hazardId(hazard), code: hazard.code, decision: 'denied', by: 'policy', reason: 'never here' },
      ],
    });
    assert.ok(denied.includes('- Denied: sqlite-unique-duplicates'));
    const failed = {
      ...rehearsalOf('users', PLAN_HASH),
      outcome: 'failed' as const,
      failure: 'no such column: x',
    };
    const rehearsed = plan({}, { rehearsal: artifact('rehearsal', failed) });
    assert.ok(rehearsed.includes('- The rehearsal failed.'));
    assert.ok(rehearsed.includes('```text\nno such column: x\n```'));
  });

  test('a rehearsal with the very rows that passed is the better witness, and is named', () => {
    const [hazard] = body.hazards;
    if (!hazard) throw new Error('the cases hold no hazard');
    const certain = { hazards: [{ ...hazard, willFail: true }], decisions: [] };
    const withRows = artifact('rehearsal', rehearsalOf('users', PLAN_HASH));
    const proven = plan(certain, { rehearsal: withRows });
    assert.not.ok(proven.includes('**This will fail.**'));
    assert.ok(proven.includes('- Evidence: the rehearsal with these very rows passed'));
    assert.ok(proven.includes('Decision: **needs a decision**'));
    const without = { ...withRows, body: { ...withRows.body, holdsData: false } };
    assert.ok(plan(certain, { rehearsal: without }).includes('**This will fail.**'));
  });

  test('what breaks for the running application is divided: what can go now, what must wait, and the switch', () => {
    const [safe, drops] = [body.batches[0]?.migration ?? '', body.batches[1]?.migration ?? ''];
    const whole = plan({});
    assert.ok(whole.includes('## The running application'));
    assert.ok(renderPage(planDocument('users')).includes('<h2 id="running">The running application</h2>'));
    assert.ok(
      whole.includes(`needs it: ${drops.replaceAll('_', '\\_')}`) || whole.includes(`needs it: ${drops}`),
    );
    assert.match(whole, new RegExp(`--hold-back \\(or --to ${safe}\\)`));
    const dropped = body.hazards.find(({ code }) => code === 'sqlite-drop-column');
    if (!dropped) throw new Error('the cases drop no column');
    const renamed = plan({
      hazards: [{ ...dropped, code: 'sqlite-rename-column-table', severity: 'breaking' }],
    });
    assert.match(renamed, `Plan with --to ${safe} to apply only that`);
    assert.not.match(renamed, '--hold-back');
    const first = plan({ hazards: [{ ...dropped, migration: safe }] });
    assert.match(first, 'first deploy code that works with both schemas');
    const unseen = plan({ hazards: [{ ...dropped, severity: 'advice' }] });
    assert.not.match(unseen, '## The running application');
  });

  test('a plan without work says so, and says what stays pending', () => {
    const empty = { batches: [], hazards: [], decisions: [], change: { ...body.change, changes: [] } };
    assert.is(
      firstLine(plan({ ...empty, held: [] })),
      '**Nothing to do: production already has what the code wants.**',
    );
    assert.is(firstLine(plan(empty)), '**Nothing to do now: 1 migration held back on purpose.**');
  });

  test('a plan that was not rehearsed says so', () => {
    assert.ok(plan({}, { rehearsal: null }).includes('This plan was not rehearsed yet'));
    const other = artifact('rehearsal', rehearsalOf('users', hashText('other')));
    assert.ok(plan({}, { rehearsal: other }).includes('is of another plan'));
  });

  test('statements outside of a transaction are said to be so, whatever they could do', () => {
    const [batch] = body.batches;
    if (!batch) throw new Error('the cases hold no batch');
    const alone = plan({ batches: [{ ...batch, transactional: false }] });
    assert.ok(alone.includes('2 statements outside of any transaction'));
    assert.ok(alone.includes('| EXCLUSIVE | rewrites users | by itself |'));
  });

  test('a very long statement is cut, and it is said where the rest stands', () => {
    const [batch] = body.batches;
    const [step] = batch?.steps ?? [];
    if (!batch || !step) throw new Error('the cases hold no statement');
    const sql = Array.from({ length: 1000 }, (_, index) => `-- ${index}`).join('\n');
    const long = plan({ batches: [{ ...batch, steps: [{ ...step, sql }] }] });
    assert.ok(long.includes('600 more lines not shown here: see '));
    assert.ok(long.includes('\n-- 399\n'));
    assert.not.ok(long.includes('\n-- 400\n'));
  });

  test('a push says why it was chosen and what is owed', () => {
    const pushed = plan({ strategy: 'push', reason: 'prototype' });
    assert.ok(pushed.includes('- Chosen explicitly: prototype'));
    assert.ok(pushed.includes('No migration is recorded.'));
  });
});

spec('report: the other documents say what their artifacts say', ({ test }) => {
  test('the connection check puts what failed first, with its commands', () => {
    const source = renderConnectionCheck(artifact('connection-check', checkOf('users')));
    assert.is(firstLine(source), '**Not ready: 1 of 4 checks failed, with 1 warning, 1 skipped.**');
    assert.ok(
      source.indexOf('### FAILED: Nobody else migrates') < source.indexOf('### warning: Disk has room'),
    );
    assert.ok(source.includes('```sh\nkill 4711\n```'));
    assert.ok(source.includes('`reference/errors.md#lock_held`'));
    assert.ok(source.includes('DATABASE_URL, from .env'));
  });

  test('a check that looked at nothing does not pass', () => {
    const source = renderConnectionCheck(
      artifact('connection-check', { ...checkOf('users'), checks: [], outcome: 'passed' }),
    );
    assert.is(firstLine(source), '**Nothing was checked.**');
  });

  test('drift: none, some and unknown are three different things', () => {
    const made = driftDocument('users');
    const say = (status: 'none' | 'present' | 'unknown', items = made.drift.body.items): string =>
      firstLine(renderDrift({ ...made, drift: artifact('drift', { status, items, caveats: [] }) }));
    assert.is(say('none', []), '**No drift: the live schema is what its ledger claims.**');
    assert.match(say('present'), '2 differences between the live schema');
    assert.match(say('unknown', []), 'Drift is not known');
    assert.match(say('unknown'), 'not fully known; at least 2 differences');
    assert.ok(renderDrift(made).includes('`20261101090000_add_email`'));
    assert.ok(renderDrift({ ...made, uncovered: null }).includes('could not be told'));
  });

  test('the execution counts every state, and every step has its line', () => {
    const body = executionOf('users', PLAN_HASH);
    const source = renderExecution(executionDocument('users'));
    assert.is(
      firstLine(source),
      '**Failed, and the target is PARTLY CHANGED: 2 committed, 1 failed, 1 rolled back and 2 not started.**',
    );
    assert.is(source.match(/^\| \d \| /gm)?.length, body.steps.length);
    assert.ok(source.includes('| 4 | FAILED | 48 ms | 0 |'));
    assert.ok(source.includes(`\`${MIGRATIONS[0]}\`: recorded in the ledger`));
    assert.ok(source.includes(`\`${MIGRATIONS[1]}\`: not recorded as applied`));
    assert.ok(source.includes('> 5 | INSERT INTO "new_users"\n    | ^'));
    assert.ok(source.includes('- Verified: same rows in 12 tables'));
    assert.ok(source.includes('Statement 1: sent without the default'));
    assert.ok(source.includes('```sh\nnpx dbsync recover --env production --resume\n```'));
    assert.ok(source.includes('| `users` | 1,204,333 | 1,204,334 | 48 MB |'));
    assert.ok(source.includes('- sqlite-orphans users'));
  });

  test('the verification names each proof, and what contradicts it', () => {
    const made = verificationDocument('users');
    const source = renderVerification(made);
    assert.is(firstLine(source), '**Proven: production has exactly the schema that was predicted.**');
    assert.is(
      source.match(/^\| .* \| (proven|needs a look|NOT AS PROMISED|could not be told) \| /gm)?.length,
      6,
    );
    const body = verificationOf('users');
    const actual = hashText('other');
    const wrong = renderVerification({
      ...made,
      verification: artifact('verification', {
        ...body,
        actual,
        remaining: planOf('users').change,
        rows: [{ table: 'posts', before: 12, after: 11, touched: false, exact: true }],
        compatibility: { command: ['npm', 'test'], exitCode: 2, durationMs: 10, tail: [] },
        outcome: 'mismatch',
        reasons: ['the schema differs in 3 places'],
      }),
    });
    assert.is(firstLine(wrong), '**NOT AS PROMISED: the schema differs in 3 places**');
    assert.ok(
      wrong.includes(
        `fingerprint ${shortHash(actual)} instead of ${shortHash(body.predicted)}, 3 differences`,
      ),
    );
    assert.ok(wrong.includes('| needs a look | rows of 1 untouched table differ |'));
    assert.ok(wrong.includes('| NOT AS PROMISED | exit code 2 after 10 ms |'));
    assert.ok(wrong.includes('| `posts` | 12 | 11 | NOT TOUCHED, YET DIFFERENT |'));
  });

  test('what could not be told is not called proven', () => {
    const made = verificationDocument('users');
    const source = renderVerification({
      ...made,
      verification: artifact('verification', {
        ...verificationOf('users'),
        tool: { by: 'no tool', status: 'unavailable', against: [], messages: [] },
        rows: [],
        compatibility: null,
      }),
    });
    assert.is(source.match(/\| could not be told \| /g)?.length, 3);
  });
});
